#pragma once
// Sources of streams, except for the network.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "galen/serve/hub.h"

namespace galen::serve {

class Source {
 public:
  virtual ~Source() = default;
  /// Feeds the hub until the source ends or a stop is requested (base/progress.h). Errors: it cannot be opened.
  virtual void run(Hub& hub) = 0;
};

struct Recording {
  std::string patient;
  Signal signal;
};
/// Plays recordings as streams, in parallel. speed: a multiple of real time; 0: as fast as the hub takes them. Channels
/// with a lower rate than the fastest are left out, and the operator is told so.
std::unique_ptr<Source> replay(std::vector<Recording> recordings, double speed);

/// Reads the line protocol from a file descriptor that the caller keeps, such as standard input. When the queue is
/// full, reading waits and drops nothing; silence is not judged by this machine's clock.
std::unique_ptr<Source> line_source(int descriptor, const std::string& name);

/// Runs the sources in parallel, each in its own thread, until all have ended. The failure of one of several is
/// reported at once and does not end the others. Returns the first failure.
std::optional<Error> run_all(const std::vector<std::unique_ptr<Source>>& sources, Hub& hub);

}  // namespace galen::serve
