#pragma once
// A recording as training, prediction and examination read it: whole, at the plan's rate, with its features.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "galen/base/tensor.h"
#include "galen/data/signal.h"
#include "tasks/signal_classify/features.h"
#include "tasks/signal_classify/plan.h"

namespace galen::classify {

/// A channel as it was recorded, at its own rate.
struct RecordedChannel {
  std::vector<float> samples;  ///< NaN: missing
  double rate_hz = 0;
};
RecordedChannel recorded_channel(const Signal& signal, std::size_t channel);

struct Strip {
  std::vector<std::vector<float>> channels;  ///< [wanted]; less baseline, over their own size, 0 where missing
  std::vector<bool> there;                   ///< [wanted]; not: missing, flat or too slow
  std::int64_t length = 0;                   ///< samples of each, at the plan's rate
  double seconds = 0;
  Features features;
  std::optional<std::string> not_assessable;  ///< why nothing can be said
};

/// Each channel is read at its own rate; one that is too slow for what it is (90 samples a second of an ECG, 20 of a
/// pulse) counts as missing. Errors: no wanted channel, longer than an hour, no samples.
Strip read_strip(const StripPlan& plan, const Signal& signal);
/// The names of the features of a plan's strips.
std::vector<std::string> feature_names(const StripPlan& plan);

/// Where the windows on a strip of this length begin: as few as cover it, evenly spread; one for a shorter strip, which
/// is then padded behind its end.
std::vector<std::int64_t> window_begins(std::int64_t length, std::int64_t window);
/// Puts a window of all channels, and below them whether each is there (1 or 0), into out: [2 channels, window].
void put_window(const Strip& strip, std::int64_t begin, std::int64_t window, std::span<float> out);

inline constexpr float greatest_feature = 1e4f;
/// Values and whether they are known, as the network takes them: NaN becomes 0, and what is beyond greatest_feature
/// that.
void put_features(const Features& features, std::span<float> values, std::span<float> known);

}  // namespace galen::classify
