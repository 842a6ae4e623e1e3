// The sinus rhythm at another pace.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "tasks/ecg_rhythm/simulate_rhythm.h"
#include "tasks/ecg_rhythm/simulate_waves.h"

namespace galen::ecg {
namespace {

constexpr double fastest_sinus_seconds = 0.34;  // 176 a minute

}  // namespace

void change_pace(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const SequenceView view{sequence, plan};
  // Never as sudden as the onset of a run.
  const double first = random.uniform(-0.45, 0.3), last = random.chance(0.3) ? first : random.uniform(-0.45, 0.3);
  const double middle = random.uniform(0, static_cast<double>(view.count())), breadth = random.uniform(6, 18);
  const double breathing = random.chance(0.5) ? 0 : random.uniform(0, 0.12), period = random.uniform(3, 8);
  const auto factor = [&](std::size_t beat) {
    const auto at = static_cast<double>(beat);
    const double part = 1 / (1 + std::exp((middle - at) / breadth));
    return std::exp(first + part * (last - first) + breathing * std::sin(2 * std::numbers::pi * at / period));
  };
  const auto changed = [&](std::size_t beat, Feature which, std::size_t to) {
    return std::max(view.ratio(beat, which) * factor(to), fastest_sinus_seconds / view.usual_seconds(beat));
  };
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_heard(beat)) continue;
    view.set_interval_before(beat, changed(beat, Feature::before, beat));
    view.set_interval_behind(beat, changed(beat, Feature::next, beat + 1));
    if (beat == 0 || !view.is_heard(beat - 1)) continue;
    const double seconds = view.ratio(beat, Feature::before) * view.usual_seconds(beat);
    for (std::size_t lead = 0; lead < lead_count; ++lead) put_t_wave_before(view, beat, lead, seconds);
  }
  tell_intervals_anew(view, {Feature::pace, Feature::sudden, Feature::uneven, Feature::disorder});
  tell_shapes_anew(view, random);
}

}  // namespace galen::ecg
