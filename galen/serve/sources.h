#pragma once
// Where streams come from, but for the network.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "galen/serve/hub.h"

namespace galen::serve {

class Source {
 public:
  virtual ~Source() = default;
  /// Feeds the hub until the source is at its end or a stop is requested (base/progress.h). Errors: it cannot be
  /// opened.
  virtual void run(Hub& hub) = 0;
};

struct Recording {
  std::string patient;
  Signal signal;
};
/// Recordings as streams, side by side. speed: times real time; 0: as fast as the hub takes them. Channels of a lesser
/// rate than the fastest are left out, which is said.
std::unique_ptr<Source> replay(std::vector<Recording> recordings, double speed);

/// The line protocol from a file descriptor, which stays the caller's: standard input. It is held back rather than
/// dropped, and is not judged by this machine's clock.
std::unique_ptr<Source> line_source(int descriptor, const std::string& name);

/// Runs them side by side, each in its thread, until all are at their end. What one fails of is said at once, and does
/// not end the others. Returns the first failure.
std::optional<Error> run_all(const std::vector<std::unique_ptr<Source>>& sources, Hub& hub);

}  // namespace galen::serve
