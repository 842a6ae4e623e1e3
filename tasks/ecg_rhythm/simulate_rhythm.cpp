#include "tasks/ecg_rhythm/simulate_rhythm.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "galen/base/upper_median.h"

namespace galen::ecg {
namespace {

constexpr double log_scale = 4, usual_scale_seconds = 0.8;
constexpr double slowest_run_seconds = 0.6;  // of supraventricular beats: 100 a minute
constexpr double p_wave_begin_seconds = -0.3, p_wave_end_seconds = -0.07;

struct View {
  const BeatSequence& sequence;
  const BeatPlan& plan;

  std::size_t count() const { return sequence.features.size() / feature_count; }
  float& feature(std::size_t beat, Feature which) const {
    return sequence.features[beat * feature_count + static_cast<std::size_t>(which)];
  }
  bool is_beat(std::size_t beat) const { return feature(beat, Feature::is_beat) > 0; }
  bool is(std::size_t beat, Beat kind) const {
    return sequence.targets[beat * beat_classes + static_cast<std::size_t>(kind)] > 0;
  }
  bool is_heard(std::size_t beat) const { return is_beat(beat) && !is(beat, Beat::none); }
  std::span<float> crop(std::size_t beat, std::size_t lead, bool usual = false) const {
    const auto length = static_cast<std::size_t>(plan.crop_samples);
    return sequence.crops.subspan((beat * 2 * lead_count + (usual ? lead_count : 0) + lead) * length, length);
  }
  double seconds_of(std::size_t i) const {
    return (static_cast<double>(i) - static_cast<double>(plan.crop_before)) / plan.crop_rate_hz;
  }
  double usual_seconds(std::size_t beat) const {
    return usual_scale_seconds * std::exp(feature(beat, Feature::usual) / log_scale);
  }
  double ratio(std::size_t beat, Feature which) const { return std::exp(feature(beat, which) / log_scale); }
  void set_ratio(std::size_t beat, Feature which, double ratio) const {
    feature(beat, which) = static_cast<float>(std::clamp(log_scale * std::log(ratio), -6.0, 6.0));
  }
  // What lies between two beats, a T wave as a rule, keeps its place beside its beat.
  void set_interval_before(std::size_t beat, double ratio) const {
    if (feature(beat, Feature::any_before) >= feature(beat, Feature::before))
      set_ratio(beat, Feature::any_before, ratio);
    set_ratio(beat, Feature::before, ratio);
  }
  void set_interval_behind(std::size_t beat, double ratio) const {
    if (feature(beat, Feature::any_next) >= feature(beat, Feature::next)) set_ratio(beat, Feature::any_next, ratio);
    set_ratio(beat, Feature::next, ratio);
  }
};

// How much of the P wave's place a sample belongs to, 0 to 1.
double in_p_wave(double seconds) {
  constexpr double edge = 0.03;
  const double rise = (seconds - p_wave_begin_seconds) / edge, fall = (p_wave_end_seconds - seconds) / edge;
  return std::clamp(std::min(rise, fall), 0.0, 1.0);
}

// The level of a crop where its P wave begins and ends, on a line between.
double line_at(std::span<const float> crop, const View& view, double seconds) {
  const auto at = [&](double t) {
    const auto i = std::llround(t * view.plan.crop_rate_hz) + view.plan.crop_before;
    return crop[static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, std::ssize(crop) - 1))];
  };
  const double part = (seconds - p_wave_begin_seconds) / (p_wave_end_seconds - p_wave_begin_seconds);
  return at(p_wave_begin_seconds) + std::clamp(part, 0.0, 1.0) * (at(p_wave_end_seconds) - at(p_wave_begin_seconds));
}

void scale_p_wave(std::span<float> crop, const View& view, double factor) {
  const std::vector<float> old(crop.begin(), crop.end());
  for (std::size_t i = 0; i < crop.size(); ++i) {
    const double t = view.seconds_of(i), inside = in_p_wave(t), line = line_at(old, view, t);
    crop[i] = static_cast<float>(old[i] + inside * (factor - 1) * (old[i] - line));
  }
}

enum class Pattern { alone, bigeminy, runs };
Pattern pattern_of(Random& random) {
  const double draw = random.uniform();
  return draw < 0.5 ? Pattern::alone : draw < 0.65 ? Pattern::bigeminy : Pattern::runs;
}

// Beats to be changed, in rising order: each has a beat on both sides.
std::vector<std::size_t> choose(const View& view, Pattern pattern, Random& random) {
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

// Beats of one focus come alike: so much of the usual interval behind the beat before. The pause behind them is a share
// of the interval that was there.
struct Coupling {
  double latest, interval, spread, pause;
  Coupling(double earliest, double latest_of_all, Random& random)
      : latest(latest_of_all),
        interval(random.uniform(earliest, latest)),
        spread(random.uniform(0, 0.08)),
        pause(random.uniform(1, 1.5)) {}
};

// Shortens the interval before a beat, and tells it in seconds; the one behind makes up for it or not. In a run the
// next beat shortens that again.
double come_early(const View& view, std::size_t beat, const Coupling& coupling, Random& random) {
  const double early = std::min(coupling.interval * std::exp(coupling.spread * random.normal()), coupling.latest);
  const double before = early * std::clamp(view.ratio(beat, Feature::before), 0.85, 1.15);
  const double after = coupling.pause * std::clamp(view.ratio(beat, Feature::next), 0.85, 1.15);
  view.set_interval_before(beat, before);
  view.set_interval_behind(beat - 1, before);
  view.set_interval_behind(beat, after);
  view.set_interval_before(beat + 1, after);
  return before * view.usual_seconds(beat);
}

// What is told of the last few intervals, once some of them are others: visit(beat, intervals), of which each is
// relative to the usual one.
template <class Visit>
void for_each_pace(const View& view, Visit visit) {
  std::vector<double> last;
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_heard(beat)) continue;
    last.push_back(view.ratio(beat, Feature::before));
    if (last.size() > pace_intervals) last.erase(last.begin());
    visit(beat, last);
  }
}

void tell_pace(const View& view) {
  for_each_pace(view, [&](std::size_t beat, const std::vector<double>& last) {
    if (2 * last.size() > pace_intervals) view.set_ratio(beat, Feature::pace, upper_median(last));
  });
}

// Of what was before the sequence it stays.
void tell_unevenness(const View& view) {
  for_each_pace(view, [&](std::size_t beat, const std::vector<double>& last) {
    double sum = static_cast<double>(pace_intervals - last.size()) * view.feature(beat, Feature::uneven) / log_scale;
    for (std::size_t i = 1; i < last.size(); ++i) sum += std::abs(last[i] - last[i - 1]);
    const double uneven = sum / static_cast<double>(pace_intervals);
    view.feature(beat, Feature::uneven) = static_cast<float>(log_scale * std::min(1.0, uneven));
  });
}

void set_class(const BeatSequence& sequence, std::size_t beat, Beat kind) {
  const auto target = sequence.targets.subspan(beat * beat_classes, beat_classes);
  std::swap(target[static_cast<std::size_t>(Beat::normal)], target[static_cast<std::size_t>(kind)]);
}

// Only what lies behind the complex before: its T wave.
void put_t_wave_before(const View& view, std::size_t beat, std::size_t lead, double interval_seconds) {
  const std::span<float> crop = view.crop(beat, lead);
  const std::span<const float> last = view.crop(beat - 1, lead);
  for (std::size_t i = 0; i < crop.size(); ++i) {
    const double t = view.seconds_of(i);
    const auto from = std::llround((t + interval_seconds) * view.plan.crop_rate_hz) + view.plan.crop_before;
    const bool is_t_wave = t + interval_seconds > 0.12 && t < -0.07;
    if (is_t_wave && from < std::ssize(last)) crop[i] = 0.5f * crop[i] + last[static_cast<std::size_t>(from)];
  }
}

// The two leads as others that lie about them: turned by this angle, each on its own scale.
void see_from_elsewhere(std::span<float> crop, double angle, Random& random) {
  const std::size_t length = crop.size() / lead_count;
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  const auto first_scale = static_cast<float>(std::exp(random.uniform(-0.5, 0.6)));
  const auto second_scale = static_cast<float>(std::exp(random.uniform(-0.5, 0.6)));
  for (std::size_t i = 0; i < length; ++i) {
    const float first = crop[i], second = crop[length + i];
    crop[i] = first_scale * (c * first - s * second);
    crop[length + i] = second_scale * (s * first + c * second);
  }
}

// The complex becomes broader and its T wave points the other way. What is before its begin stays.
constexpr double nothing_stays = -1;
void broaden(std::span<float> crop, const BeatPlan& plan, double begin_seconds, double factor, Random& random) {
  const std::size_t length = crop.size() / lead_count;
  const double t_at = random.uniform(0.25, 0.36), t_width = random.uniform(0.05, 0.09),
               t_height = random.uniform(0, 0.5);
  const double end = 0.06 * factor, edge = 0.05;
  const auto seconds = [&](std::size_t i) {
    return (static_cast<double>(i) - static_cast<double>(plan.crop_before)) / plan.crop_rate_hz;
  };
  for (std::size_t lead = 0; lead < lead_count; ++lead) {
    const std::span<float> its = crop.subspan(lead * length, length);
    const std::vector<float> old(its.begin(), its.end());
    double area = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const double t = seconds(i);
      if (t < begin_seconds) continue;
      const double at = static_cast<double>(plan.crop_before) + t / factor * plan.crop_rate_hz;
      const auto k = std::min(static_cast<std::size_t>(std::max(at, 0.0)), length - 2);
      const auto part = static_cast<float>(at - static_cast<double>(k));
      const double inside = std::clamp((end + edge - std::abs(t)) / edge, 0.0, 1.0);
      its[i] = static_cast<float>(inside) * (old[k] + part * (old[k + 1] - old[k]));
      area += its[i];
    }
    const auto [low, high] = std::ranges::minmax(its);
    const double t_wave = -std::copysign(t_height * (high - low), area);
    for (std::size_t i = 0; i < length; ++i) {
      its[i] += static_cast<float>(t_wave * std::exp(-0.5 * std::pow((seconds(i) - t_at) / t_width, 2)));
    }
  }
}

}  // namespace

bool all_normal(const BeatSequence& sequence) {
  for (std::size_t i = 0; i < sequence.targets.size(); ++i) {
    const auto kind = static_cast<Beat>(i % beat_classes);
    if (sequence.targets[i] > 0 && kind != Beat::normal && kind != Beat::none) return false;
  }
  return true;
}

bool is_irregular(const BeatSequence& sequence) {
  double sum = 0, beats = 0;
  for (std::size_t i = 0; i < sequence.features.size(); i += feature_count) {
    const auto features = sequence.features.subspan(i, feature_count);
    if (!(features[static_cast<std::size_t>(Feature::is_beat)] > 0)) continue;
    sum += features[static_cast<std::size_t>(Feature::uneven)], ++beats;
  }
  return sum > 0.5 * beats;
}

void fibrillate(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const double spread = random.uniform(0.1, 0.4);
  // Flutter and coarse fibrillation have waves where P waves are: it is the intervals that tell.
  const double p_factor = random.chance(0.5) ? 0 : random.uniform(0, 1);
  const double height = random.uniform(0, 0.2), hertz = random.uniform(4.5, 8);
  std::vector<double> ratios(view.count() + 1);
  for (double& ratio : ratios) ratio = std::exp(spread * random.normal());
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_beat(beat)) continue;
    view.set_interval_before(beat, ratios[beat]);
    view.set_interval_behind(beat, ratios[beat + 1]);
    // The mean difference of independent intervals of this spread.
    view.feature(beat, Feature::uneven) =
        static_cast<float>(log_scale * std::min(1.0, 2 / std::sqrt(std::numbers::pi) * spread));
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
}

// That these make the rhythm uneven is not told: where it is, in atrial fibrillation as a rule, supraventricular beats
// are not to be told from others.
void make_premature(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const double p_factor = random.uniform(-1, 0.8);
  const Pattern pattern = pattern_of(random);
  double latest = 0.86;
  // A slower run is no tachycardia, and not to be told from a faster sinus rhythm.
  if (pattern == Pattern::runs) latest = std::min(latest, slowest_run_seconds / view.usual_seconds(view.count() / 2));
  const Coupling coupling(std::min(0.5, 0.8 * latest), latest, random);
  for (const std::size_t beat : choose(view, pattern, random)) {
    const double interval_seconds = come_early(view, beat, coupling, random);
    set_class(sequence, beat, Beat::supraventricular);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      scale_p_wave(view.crop(beat, lead), view, p_factor);
      put_t_wave_before(view, beat, lead, interval_seconds);
    }
  }
  tell_pace(view);
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
    // Often near where the normal beat points.
    see_from_elsewhere(out.crop, std::numbers::pi * std::pow(random.uniform(-1, 1), 3), random);
    out.strength = static_cast<float>(random.uniform(-2, 3));
  }
  return out;
}

void change_conduction(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const auto length = static_cast<std::size_t>(plan.crop_samples);
  const double factor = random.uniform(1.1, 1.8), angle = random.uniform(-1.2, 1.2);
  const double begins = random.uniform(0.02, 0.2), ends = random.uniform(0.02, 0.5);
  const double begin = random.uniform(-0.14, -0.06);  // a pre-excited complex begins where the P wave ends
  const Random same = random;                         // every beat changes alike
  bool changed = random.chance(0.3);
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (random.chance(changed ? ends : begins)) changed = !changed;
    const bool normal = sequence.targets[beat * beat_classes + static_cast<std::size_t>(Beat::normal)] > 0;
    if (!changed || !normal) continue;
    const auto own = sequence.crops.subspan(beat * 2 * lead_count * length, 2 * lead_count * length);
    const auto crop = own.first(lead_count * length);
    std::vector<bool> there(lead_count);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      there[lead] = std::ranges::any_of(view.crop(beat, lead), [](float v) { return v != 0; });
    }
    Random its = same;
    broaden(crop, plan, begin, factor, its);
    see_from_elsewhere(crop, angle, its);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      if (!there[lead]) std::ranges::fill(view.crop(beat, lead), 0.f);
    }
    compare_with_usual(crop, own.subspan(lead_count * length), plan,
                       sequence.features.subspan(beat * feature_count, feature_count));
  }
}

void make_ventricular(const BeatSequence& sequence, const BeatPlan& plan, std::span<const VentricularBeat> beats,
                      Random& random) {
  const View view{sequence, plan};
  const auto length = static_cast<std::size_t>(plan.crop_samples);
  // One in four comes as it will: an escape beat, or an idioventricular rhythm.
  const Coupling coupling = random.chance(0.25) ? Coupling(0.8, 1.2, random) : Coupling(0.5, 0.86, random);
  for (const std::size_t beat : choose(view, pattern_of(random), random)) {
    const double interval_seconds = come_early(view, beat, coupling, random);
    set_class(sequence, beat, Beat::ventricular);
    // Mostly one focus, so the same shape.
    const VentricularBeat& made = random.chance(0.8) ? beats.front() : beats[random.below(beats.size())];
    view.feature(beat, Feature::strength) = made.strength;
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      const bool there = std::ranges::any_of(view.crop(beat, lead), [](float v) { return v != 0; });
      if (there) std::ranges::copy(std::span(made.crop).subspan(lead * length, length), view.crop(beat, lead).begin());
      if (there) put_t_wave_before(view, beat, lead, interval_seconds);
    }
    const auto own = sequence.crops.subspan(beat * 2 * lead_count * length, 2 * lead_count * length);
    compare_with_usual(own.first(lead_count * length), own.subspan(lead_count * length), plan,
                       sequence.features.subspan(beat * feature_count, feature_count));
  }
  tell_pace(view);
  tell_unevenness(view);
}

}  // namespace galen::ecg
