#pragma once
// Live, stateful prediction: samples go in, events and findings come out.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "galen/data/finding.h"

namespace galen {

struct Event {
  double at_seconds = 0;     ///< when it happened, on the signal's clock
  double known_seconds = 0;  ///< time of the sample that decided it; known_seconds - at_seconds is the look-ahead
  std::string code, text;
  std::string priority;  ///< "", "low", "medium", "high" (IEC 60601-1-8)
  double value = 0;
};

/// One patient's stream. Not safe for use from several threads; sessions share their networks.
class Session {
 public:
  virtual ~Session() = default;
  /// samples[channel][i], as physical values, NaN for missing; continues where the last push ended.
  virtual std::vector<Event> push(std::span<const std::vector<float>> samples) = 0;
  /// Time passes without samples: a gap.
  virtual std::vector<Event> gap(double seconds) = 0;
  /// Ends the stream: returns the events held back for look-ahead, and sets the finding of the whole stream.
  virtual std::vector<Event> finish(Finding& finding) = 0;
};

}  // namespace galen
