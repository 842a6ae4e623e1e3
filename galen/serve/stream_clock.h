#pragma once
// Where samples belong in a stream's time: they continue it, leave a gap, come late, or the sender's clock jumped.
#include <cstdint>
#include <optional>

#include "galen/serve/line_protocol.h"

namespace galen::serve {

struct ClockLimits {
  double late_seconds = 10;     ///< samples from further back, or a longer row of late ones, are a jump
  double gap_seconds = 600;     ///< a longer step forward is a jump, not a gap
  double jitter_seconds = 0.1;  ///< time stamps may deviate this much from a clock that follows them slowly
  double follow_seconds = 10;   ///< how slowly: a drift below jitter / follow (1 %) is not a gap
};

struct Placement {
  std::int64_t missing = 0;  ///< samples missing before these: a gap
  std::int64_t late = 0;     ///< this many of the first are already there: to be dropped
  double jump_seconds = 0;   ///< not 0: the clock jumped; how much time passed is unknown
};

/// Counts by the sender's index, by its time stamps (the first one is the start), or by either in turn.
class StreamClock {
 public:
  StreamClock(double rate_hz, const ClockLimits& limits) : rate_hz_(rate_hz), limits_(limits) {}
  /// Places samples, and counts them as received.
  Placement place(const Samples& samples);
  /// A gap reported by the sender: its index and time moved on.
  void skip(std::int64_t samples);

 private:
  Placement place_after(double ahead, std::int64_t count) const;

  double rate_hz_;
  ClockLimits limits_;
  std::int64_t next_index_ = 0;
  std::int64_t behind_ = 0;          // samples in a row that brought nothing new
  std::optional<double> next_time_;  // none before the first time stamp; follows the later ones slowly
};

}  // namespace galen::serve
