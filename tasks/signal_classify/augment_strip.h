#pragma once
// What other electrodes, devices and moments would have made of a strip.
#include <span>

#include "galen/base/json.h"
#include "galen/base/random.h"
#include "tasks/signal_classify/network.h"

namespace galen::classify {

/// Chances and strengths, each drawn once for a strip.
struct StripAugmentation {
  double invert = 0.3;               ///< chance for each ECG lead: electrodes that are reversed
  double swap_leads = 0.3;           ///< chance, where two ECG leads are wanted
  double drop_channel = 0.1;         ///< chance for each channel, while one is left
  double gain = 0.3;                 ///< greatest change of a channel's logarithm
  double noise = 0.3, wander = 0.4;  ///< greatest, over a channel's size
  double stretch = 0.1;              ///< greatest relative change of time
  double shift = 0.15;               ///< greatest, of the window, beyond the strip's ends
  double feature_noise = 0.15;       ///< standard deviation, over a feature's own
  double feature_drop = 0.05;        ///< chance for each feature
};
Json to_json(const StripAugmentation& augmentation);
/// Errors: unknown or missing keys, values out of range.
StripAugmentation strip_augmentation_from_json(const JsonView& json);

/// Draws a window of a strip into out, [2 channels, window], changed as above.
void put_augmented(const Strip& strip, const StripPlan& plan, const StripAugmentation& how, Random& random,
                   std::span<float> out);
/// Changes features as put_features() gave them.
void augment_features(std::span<float> values, std::span<float> known, const FeatureScale& scale,
                      const StripAugmentation& how, Random& random);

}  // namespace galen::classify
