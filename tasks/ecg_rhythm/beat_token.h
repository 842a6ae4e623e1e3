#pragma once
// A beat, or what may be one, as the network sees it: cut out, beside the patient's usual one, with its features.
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// One candidate. Crops are [lead, crop_samples], without baseline, in the signal's unit; what is missing is 0.
struct BeatToken {
  std::int64_t sample = -1;  ///< of the R peak; -1: a pause in place of a beat, so that what follows is decided in time
  double at_seconds = 0;     ///< the same on the clock
  std::vector<float> crop;
  std::vector<float> usual;                     ///< median of the patient's last crops
  std::array<float, lead_count> scale{};        ///< median peak-to-peak of a lead's last crops; 0: nothing there
  std::array<float, feature_count> features{};  ///< by Feature
  float& feature(Feature which) { return features[static_cast<std::size_t>(which)]; }
  bool is_pause() const { return sample < 0; }
};
/// A pause: all of it is 0.
BeatToken pause_token(const BeatPlan& plan);

/// Whether the last intervals are as without order as in atrial fibrillation, by the limit of its rule.
/// Supraventricular beats are not to be told from others there.
bool is_fibrillating(const BeatToken& token);

/// The network's input of a token: [2 lead_count, crop_samples], each lead and its usual beat divided by its scale.
void put_crops(const BeatToken& token, std::int64_t crop_samples, std::span<float> out);

}  // namespace galen::ecg
