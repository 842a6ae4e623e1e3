#pragma once
// A beat, or a candidate for one, as the network sees it: its crop, the patient's usual crop, and its features.
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// One candidate. Crops are [lead, crop_samples], with the baseline removed, in the signal's unit; missing samples are
/// 0.
struct BeatToken {
  std::int64_t sample = -1;  ///< of the R peak; -1: a pause, so that the beats before it need not wait for more
  double at_seconds = 0;     ///< the same in seconds
  std::vector<float> crop;
  std::vector<float> usual;                     ///< median of the patient's last crops
  std::array<float, lead_count> scale{};        ///< median peak-to-peak amplitude of a lead's last crops; 0: no signal
  std::array<float, feature_count> features{};  ///< indexed by Feature
  float& feature(Feature which) { return features[static_cast<std::size_t>(which)]; }
  bool is_pause() const { return sample < 0; }
};
/// A pause: crops and features are all 0.
BeatToken pause_token(const BeatPlan& plan);

/// Whether the last intervals are as irregular as in atrial fibrillation, by the limit of its rule. Supraventricular
/// beats cannot be distinguished from others there.
bool is_fibrillating(const BeatToken& token);

/// A token as network input: [2 lead_count, crop_samples], the leads and then those of the usual beat, each divided by
/// the lead's scale.
void put_crops(const BeatToken& token, std::int64_t crop_samples, std::span<float> out);

}  // namespace galen::ecg
