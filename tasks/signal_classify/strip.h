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
  std::vector<std::vector<float>> channels;  ///< [wanted]; without baseline, divided by their size, 0 where missing
  std::vector<bool> there;                   ///< [wanted]; false: missing, flat or too slow
  std::int64_t length = 0;                   ///< samples of each, at the plan's rate
  double seconds = 0;
  Features features;
  std::optional<std::string> not_assessable;  ///< the reason, if the strip cannot be assessed
};

/// Each channel is read at its own rate; one that is too slow for its kind (below 90 samples a second for an ECG, 20
/// for a pulse) counts as missing. Errors: no wanted channel, longer than an hour, no samples.
Strip read_strip(const StripPlan& plan, const Signal& signal);
/// The names of the features of a plan's strips.
std::vector<std::string> feature_names(const StripPlan& plan);

/// Where the windows over a strip of this length begin: as few as cover it, evenly spaced; one for a shorter strip,
/// which is then padded at its end.
std::vector<std::int64_t> window_begins(std::int64_t length, std::int64_t window);
/// Writes a window of all channels, then of their presence (1 or 0), to out: [2 channels, window].
void put_window(const Strip& strip, std::int64_t begin, std::int64_t window, std::span<float> out);

inline constexpr float greatest_feature = 1e4f;
/// Values and whether they are known, as the network takes them: NaN becomes 0, and values are clipped to
/// +-greatest_feature.
void put_features(const Features& features, std::span<float> values, std::span<float> known);

}  // namespace galen::classify
