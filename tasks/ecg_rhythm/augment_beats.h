#pragma once
// What other patients, electrodes and devices would have made of a sequence of beats.
#include <cstdint>
#include <span>

#include "galen/base/json.h"
#include "galen/base/random.h"
#include "tasks/ecg_rhythm/beat_sequence.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// Chances and strengths, each drawn once for a sequence.
struct BeatAugmentation {
  double swap_leads = 0.15, invert_lead = 0.15;  ///< chances; inversion of each lead
  double drop_first = 0.1, drop_second = 0.25;   ///< chances of a missing lead, of two
  double noise = 0.15, wander = 0.2;             ///< greatest, in shares of a lead's scale
  double gain = 0.25;                            ///< greatest relative change, of each lead
  double stretch = 0.1;                          ///< greatest relative change of the crop's time
  double blur = 0.3;                             ///< chance of a narrower band
  double shift = 0.015;                          ///< greatest, seconds, of each beat
  double rate = 0.15;                            ///< greatest relative change of the heart rate
  double forget = 0.08;                          ///< chance that a feature is not told, for each
  double simulate = 0.8;  ///< chance that a sequence of normal beats becomes another rhythm, see simulate_rhythm.h
};
Json to_json(const BeatAugmentation& augmentation);
/// Errors: unknown or missing keys, values out of range.
BeatAugmentation augmentation_from_json(const JsonView& json);

/// Another heart rate: before rhythms are simulated, whose limits are in seconds. features: [beat, feature_count].
void change_rate(std::span<float> features, const BeatAugmentation& augmentation, Random& random);
/// All else that is not simulated. Where leads are swapped or dropped, the features of the complex are computed anew.
void augment_beats(const BeatSequence& sequence, const BeatPlan& plan, const BeatAugmentation& augmentation,
                   Random& random);

}  // namespace galen::ecg
