#include "tasks/ecg_rhythm/beat_token.h"

#include <algorithm>

namespace galen::ecg {
namespace {

constexpr float largest = 8;  // of a normalised sample

}  // namespace

BeatToken pause_token(const BeatPlan& plan) {
  BeatToken pause;
  pause.crop.resize(lead_count * static_cast<std::size_t>(plan.crop_samples));
  pause.usual = pause.crop;
  return pause;
}

bool is_fibrillating(const BeatToken& token) {
  return token.features[static_cast<std::size_t>(Feature::disorder)] > 0;
}

void put_crops(const BeatToken& token, std::int64_t crop_samples, std::span<float> out) {
  const auto length = static_cast<std::size_t>(crop_samples);
  for (std::size_t lead = 0; lead < lead_count; ++lead) {
    const float factor = token.scale[lead] > 0 ? 1 / token.scale[lead] : 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t at = lead * length + i;
      out[at] = std::clamp(token.crop[at] * factor, -largest, largest);
      out[lead_count * length + at] = std::clamp(token.usual[at] * factor, -largest, largest);
    }
  }
}

}  // namespace galen::ecg
