// Beats that do not come from the sinus node: supraventricular and ventricular ones, alone or in runs.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "galen/base/upper_median.h"
#include "tasks/ecg_rhythm/beat_features.h"
#include "tasks/ecg_rhythm/simulate_rhythm.h"
#include "tasks/ecg_rhythm/simulate_waves.h"

namespace galen::ecg {
namespace {

constexpr double slowest_run_seconds = 0.6;  // of supraventricular beats: 100 a minute

enum class Pattern { alone, bigeminy, runs };
Pattern pattern_of(Random& random) {
  const double draw = random.uniform();
  return draw < 0.5 ? Pattern::alone : draw < 0.65 ? Pattern::bigeminy : Pattern::runs;
}

// The beats to change, in ascending order; each has a beat on both sides.
std::vector<std::size_t> choose(const SequenceView& view, Pattern pattern, Random& random) {
  const double chance = random.uniform(0.03, 0.2);
  const std::uint64_t most = pattern == Pattern::runs ? (random.chance(0.3) ? 45 : 12) : 8;
  std::vector<std::size_t> out;
  const auto fits = [&](std::size_t beat) {
    return view.is(beat, Beat::normal) && view.is_heard(beat - 1) && view.is_heard(beat + 1);
  };
  for (std::size_t beat = 1; beat + 1 < view.count(); ++beat) {
    if (!random.chance(pattern == Pattern::runs ? chance / 2 : chance)) continue;
    std::size_t repeats = pattern == Pattern::alone ? 1 : 2 + random.below(most);
    for (; repeats > 0 && beat + 1 < view.count(); --repeats, beat += pattern == Pattern::bigeminy ? 2 : 1) {
      if (fits(beat)) out.push_back(beat);
    }
  }
  return out;
}

// What beats of one focus have in common: the interval before them, as a share of the one that is due, and the pause
// after.
struct Coupling {
  double latest, interval, spread, pause;
  double slowest_seconds = 10;  // upper limit of the interval
  Coupling(double earliest, double latest_of_all, Random& random)
      : latest(latest_of_all),
        interval(random.uniform(earliest, latest)),
        spread(random.uniform(0, 0.08)),
        pause(random.uniform(1, 1.5)) {}
};

// The pace around each beat before any is made early: the median of the nearby intervals, over the usual one.
std::vector<double> paces_of(const SequenceView& view) {
  constexpr std::size_t reach = 4;
  std::vector<double> out;
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    std::vector<double> near;
    for (std::size_t i = beat - std::min(beat, reach); i < std::min(beat + reach + 1, view.count()); ++i) {
      if (view.is_heard(i)) near.push_back(view.ratio(i, Feature::before));
    }
    out.push_back(near.empty() ? 1 : std::clamp(upper_median(std::move(near)), 0.5, 1.6));
  }
  return out;
}

// Shortens the interval before a beat and returns it in seconds; the one after may make up for it. In a run the next
// beat shortens that one in turn.
double come_early(const SequenceView& view, std::size_t beat, double pace, const Coupling& coupling, Random& random) {
  const double usual = view.usual_seconds(beat);
  const double coupled = std::min(coupling.interval * std::exp(coupling.spread * random.normal()), coupling.latest);
  const double before = std::min(pace * coupled, coupling.slowest_seconds / usual);
  const double after = pace * coupling.pause;
  view.set_interval_before(beat, before);
  view.set_interval_behind(beat - 1, before);
  view.set_interval_behind(beat, after);
  view.set_interval_before(beat + 1, after);
  return before * usual;
}

void set_class(const BeatSequence& sequence, std::size_t beat, Beat kind) {
  const auto target = sequence.targets.subspan(beat * beat_classes, beat_classes);
  std::swap(target[static_cast<std::size_t>(Beat::normal)], target[static_cast<std::size_t>(kind)]);
}

}  // namespace

// Does not update unevenness and disorder: where these are high, usually in atrial fibrillation, supraventricular beats
// cannot be distinguished from others.
void make_premature(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const SequenceView view{sequence, plan};
  const double p_factor = random.uniform(-1, 0.8);
  const Pattern pattern = pattern_of(random);
  const std::vector<double> paces = paces_of(view);
  Coupling coupling(0.5, 0.86, random);
  // A slower run is no tachycardia and cannot be distinguished from a faster sinus rhythm.
  if (pattern == Pattern::runs) coupling.slowest_seconds = slowest_run_seconds;
  for (const std::size_t beat : choose(view, pattern, random)) {
    const double interval_seconds = come_early(view, beat, paces[beat], coupling, random);
    set_class(sequence, beat, Beat::supraventricular);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      scale_p_wave(view.crop(beat, lead), view, p_factor);
      put_t_wave_before(view, beat, lead, interval_seconds);
    }
  }
  tell_intervals_anew(view, {Feature::pace, Feature::sudden});
  tell_shapes_anew(view, random);
}

VentricularBeat ventricular_beat(const BeatToken& donor, Beat kind, const BeatPlan& plan, Random& random) {
  const auto length = static_cast<std::size_t>(plan.crop_samples);
  VentricularBeat out{std::vector<float>(2 * lead_count * length),
                      donor.features[static_cast<std::size_t>(Feature::strength)]};
  put_crops(donor, plan.crop_samples, out.crop);
  out.crop.resize(lead_count * length);
  if (kind == Beat::ventricular) {
    see_from_elsewhere(out.crop, random.uniform(-0.5, 0.5), random);
  } else {
    broaden(out.crop, plan, nothing_stays, random.uniform(1.25, 2.2), random);
    // Often close to the axis of the normal beat.
    see_from_elsewhere(out.crop, std::numbers::pi * std::pow(random.uniform(-1, 1), 3), random);
    out.strength = static_cast<float>(random.uniform(-2, 3));
  }
  return out;
}

void make_ventricular(const BeatSequence& sequence, const BeatPlan& plan, std::span<const VentricularBeat> beats,
                      Random& random) {
  const SequenceView view{sequence, plan};
  const auto length = static_cast<std::size_t>(plan.crop_samples);
  // In one sequence of four the beats need not be early: escape beats, or an idioventricular rhythm.
  const Coupling coupling = random.chance(0.25) ? Coupling(0.8, 1.2, random) : Coupling(0.5, 0.86, random);
  const std::vector<double> paces = paces_of(view);
  for (const std::size_t beat : choose(view, pattern_of(random), random)) {
    const double interval_seconds = come_early(view, beat, paces[beat], coupling, random);
    set_class(sequence, beat, Beat::ventricular);
    // Mostly one focus, so the same shape.
    const VentricularBeat& made = random.chance(0.8) ? beats.front() : beats[random.below(beats.size())];
    view.feature(beat, Feature::strength) = made.strength;
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      const bool there = std::ranges::any_of(view.crop(beat, lead), [](float v) { return v != 0; });
      if (there) std::ranges::copy(std::span(made.crop).subspan(lead * length, length), view.crop(beat, lead).begin());
      if (there) put_t_wave_before(view, beat, lead, interval_seconds);
    }
    compare_with_usual(view.complex(beat), view.usual_complex(beat), plan, view.features(beat));
  }
  tell_intervals_anew(view, {Feature::pace, Feature::sudden, Feature::uneven, Feature::disorder});
  tell_shapes_anew(view, random);
}

}  // namespace galen::ecg
