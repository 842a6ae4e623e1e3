#pragma once
// Where samples belong on a stream's time: they go on, leave a gap, come late, or the sender's clock jumped.
#include <cstdint>
#include <optional>

#include "galen/serve/line_protocol.h"

namespace galen::serve {

struct ClockLimits {
  double late_seconds = 10;     ///< samples from farther back, or more of them in a row, are a jump, not late
  double gap_seconds = 600;     ///< a longer step forward is a jump, not a gap
  double jitter_seconds = 0.1;  ///< time stamps may differ by that much from a clock that follows them slowly
  double follow_seconds = 10;   ///< so slowly: what drifts by less than jitter / follow (1 %) is no gap
};

struct Placement {
  std::int64_t missing = 0;  ///< samples to wait for before these: a gap
  std::int64_t late = 0;     ///< the first so many are there already: to drop
  double jump_seconds = 0;   ///< not 0: the clock jumped, and how long it took is not known
};

/// Counts by the sender's index, by its time stamps (the first one is the beginning), or both in turn.
class StreamClock {
 public:
  StreamClock(double rate_hz, const ClockLimits& limits) : rate_hz_(rate_hz), limits_(limits) {}
  /// Places samples, and counts them as received.
  Placement place(const Samples& samples);
  /// A gap that the sender told of: its index and its time went on.
  void skip(std::int64_t samples);

 private:
  Placement place_after(double ahead, std::int64_t count) const;

  double rate_hz_;
  ClockLimits limits_;
  std::int64_t next_index_ = 0;
  std::int64_t behind_ = 0;          // samples in a row that brought nothing new
  std::optional<double> next_time_;  // none before the first time stamp; follows the jitter of the others slowly
};

}  // namespace galen::serve
