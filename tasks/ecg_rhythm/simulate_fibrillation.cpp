// Atrial fibrillation.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "tasks/ecg_rhythm/simulate_rhythm.h"
#include "tasks/ecg_rhythm/simulate_waves.h"

namespace galen::ecg {

void fibrillate(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const SequenceView view{sequence, plan};
  const double spread = random.uniform(0.1, 0.4);
  // Flutter and coarse fibrillation have waves where P waves would be, so it is the intervals that must tell.
  const double p_factor = random.chance(0.5) ? 0 : random.uniform(0, 1);
  const double height = random.uniform(0, 0.2), hertz = random.uniform(4.5, 8);
  std::vector<double> ratios(view.count() + 1);
  for (double& ratio : ratios) ratio = std::exp(spread * random.normal());
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_beat(beat)) continue;
    view.set_interval_before(beat, ratios[beat]);
    view.set_interval_behind(beat, ratios[beat + 1]);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      scale_p_wave(view.crop(beat, lead), view, p_factor);
      scale_p_wave(view.crop(beat, lead, true), view, p_factor);
      const double phase = random.uniform(0, 2 * std::numbers::pi);
      const std::span<float> crop = view.crop(beat, lead);
      const bool there = std::ranges::any_of(crop, [](float v) { return v != 0; });
      for (std::size_t i = 0; there && i < crop.size(); ++i) {
        crop[i] += static_cast<float>(height * std::sin(2 * std::numbers::pi * hertz * view.seconds_of(i) + phase));
      }
    }
  }
  tell_intervals_anew(view, {Feature::pace, Feature::sudden, Feature::uneven, Feature::disorder});
  tell_shapes_anew(view, random);
}

}  // namespace galen::ecg
