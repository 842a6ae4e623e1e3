#include "galen/serve/stream_clock.h"

#include <algorithm>
#include <cmath>

namespace galen::serve {

Placement StreamClock::place(const Samples& samples) {
  const std::int64_t count = std::ssize(samples.values.front());
  const double seconds = static_cast<double>(count) / rate_hz_;
  double ahead = 0;  // samples
  double begin = 0;  // of these samples: near the clock's own time if the time stamp is within the jitter
  if (samples.time_seconds) {
    const double expected = next_time_.value_or(*samples.time_seconds), deviation = *samples.time_seconds - expected;
    const bool jitter = !samples.index && std::abs(deviation) <= limits_.jitter_seconds;
    begin = jitter ? expected + deviation * std::min(1.0, seconds / limits_.follow_seconds) : *samples.time_seconds;
    if (!jitter) ahead = deviation * rate_hz_;
  }
  if (samples.index) ahead = static_cast<double>(*samples.index - next_index_);
  Placement placement = place_after(std::round(ahead), count);
  if (placement.late == count) {
    behind_ += count;
    if (static_cast<double>(behind_) <= limits_.late_seconds * rate_hz_) return placement;  // the clock stands still
    placement = {.jump_seconds = ahead / rate_hz_};  // a sender that stays behind this long has changed its clock
  }
  behind_ = 0;
  if (samples.time_seconds)
    next_time_ = begin + seconds;
  else if (next_time_)
    *next_time_ += static_cast<double>(placement.missing + count - placement.late) / rate_hz_;
  next_index_ = samples.index ? *samples.index + count : next_index_ + placement.missing + count - placement.late;
  return placement;
}

Placement StreamClock::place_after(double ahead, std::int64_t count) const {
  Placement placement;
  if (ahead > limits_.gap_seconds * rate_hz_ || -ahead > limits_.late_seconds * rate_hz_) {
    placement.jump_seconds = ahead / rate_hz_;
  } else if (ahead >= 0) {
    placement.missing = static_cast<std::int64_t>(ahead);
  } else {
    placement.late = std::min(static_cast<std::int64_t>(-ahead), count);
  }
  return placement;
}

void StreamClock::skip(std::int64_t samples) {
  next_index_ += samples;
  if (next_time_) *next_time_ += static_cast<double>(samples) / rate_hz_;
}

}  // namespace galen::serve
