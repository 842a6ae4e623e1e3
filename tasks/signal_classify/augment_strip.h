#pragma once
// Changes a strip as if recorded with other electrodes, on other devices or at other moments.
#include <span>

#include "galen/base/json.h"
#include "galen/base/random.h"
#include "tasks/signal_classify/network.h"

namespace galen::classify {

/// Probabilities and greatest strengths of random changes.
struct StripAugmentation {
  double invert = 0.3;               ///< probability for each ECG lead: reversed electrodes
  double swap_leads = 0.3;           ///< probability, if two ECG leads are wanted
  double drop_channel = 0.1;         ///< probability for each channel, as long as one is left
  double gain = 0.3;                 ///< greatest change of the logarithm of a channel's gain
  double noise = 0.3, wander = 0.4;  ///< greatest amplitude, relative to a channel's size
  double stretch = 0.1;              ///< greatest relative change of time
  double shift = 0.15;               ///< greatest share of the window beyond the strip's ends
  double feature_noise = 0.15;       ///< standard deviation, relative to a feature's own
  double feature_drop = 0.05;        ///< probability for each feature
};
Json to_json(const StripAugmentation& augmentation);
/// Errors: unknown or missing keys, values out of range.
StripAugmentation strip_augmentation_from_json(const JsonView& json);

/// Writes a random window of a strip, changed as above, to out: [2 channels, window].
void put_augmented(const Strip& strip, const StripPlan& plan, const StripAugmentation& how, Random& random,
                   std::span<float> out);
/// Changes features given by put_features().
void augment_features(std::span<float> values, std::span<float> known, const FeatureScale& scale,
                      const StripAugmentation& how, Random& random);

}  // namespace galen::classify
