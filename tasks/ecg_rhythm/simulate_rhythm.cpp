#include "tasks/ecg_rhythm/simulate_rhythm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <vector>

#include "galen/base/upper_median.h"

namespace galen::ecg {
namespace {

constexpr double log_scale = 4, usual_scale_seconds = 0.8;
constexpr double slowest_run_seconds = 0.6;     // of supraventricular beats: 100 a minute
constexpr double fastest_sinus_seconds = 0.34;  // 176 a minute
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
    return complex(beat, usual).subspan(lead * length, length);
  }
  // Both leads: [lead_count, crop_samples].
  std::span<float> complex(std::size_t beat, bool usual = false) const {
    const auto length = lead_count * static_cast<std::size_t>(plan.crop_samples);
    return sequence.crops.subspan((2 * beat + (usual ? 1 : 0)) * length, length);
  }
  std::span<float> usual_complex(std::size_t beat) const { return complex(beat, true); }
  std::span<float> features(std::size_t beat) const {
    return sequence.features.subspan(beat * feature_count, feature_count);
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

// Beats of one focus come alike: so much of the interval that is due behind the beat before, and a pause behind them.
struct Coupling {
  double latest, interval, spread, pause;
  double slowest_seconds = 10;  // the interval is no longer than this
  Coupling(double earliest, double latest_of_all, Random& random)
      : latest(latest_of_all),
        interval(random.uniform(earliest, latest)),
        spread(random.uniform(0, 0.08)),
        pause(random.uniform(1, 1.5)) {}
};

// The pace about each beat, as it was before any came early: the median of the intervals near by, beside the usual one.
std::vector<double> paces_of(const View& view) {
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

// Shortens the interval before a beat, and tells it in seconds; the one behind makes up for it or not. In a run the
// next beat shortens that again.
double come_early(const View& view, std::size_t beat, double pace, const Coupling& coupling, Random& random) {
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

// What is told of the last intervals, once some are others. Before the sequence it was as at its end.
void tell_intervals_anew(const View& view, std::initializer_list<Feature> told) {
  std::vector<std::size_t> heard;
  std::vector<double> seconds;
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_heard(beat)) continue;
    heard.push_back(beat);
    seconds.push_back(view.ratio(beat, Feature::before) * view.usual_seconds(beat));
  }
  std::vector<double> last = seconds;
  std::array<float, feature_count> features{};
  for (std::size_t i = 0; i < heard.size(); ++i) {
    last.push_back(seconds[i]);
    const std::size_t count = std::min(last.size(), told_intervals);
    tell_intervals(std::span(last).last(count), view.usual_seconds(heard[i]), features);
    for (const Feature one : told) view.feature(heard[i], one) = features[static_cast<std::size_t>(one)];
  }
}

// What became of each shape, once crops or intervals are others; as if the minutes before had been alike, or not.
void tell_shapes_anew(const View& view, Random& random) {
  ShapeHistory history(view.plan);
  const int times = random.chance(0.3) ? 1 : 2;
  for (int time = 0; time < times; ++time) {
    for (std::size_t beat = 0; beat < view.count(); ++beat) {
      if (!view.is_beat(beat)) continue;
      history.follow(view.complex(beat), view.features(beat), view.is_heard(beat));
    }
  }
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

// A complex that is conducted otherwise: broader, pointing elsewhere. Every one that is made of it changes alike.
class Conduction {
 public:
  Conduction(const BeatPlan& plan, double most_factor, double earliest_begin, Random& random)
      : plan_(plan),
        factor_(random.uniform(1.1, most_factor)),
        angle_(random.uniform(-1.2, 1.2)),
        begin_(random.uniform(earliest_begin, -0.06)),
        same_(random) {}

  // [lead_count, crop_samples]; a missing lead stays so.
  void change(std::span<float> crop) const {
    const std::size_t length = crop.size() / lead_count;
    std::array<bool, lead_count> there{};
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      there[lead] = std::ranges::any_of(crop.subspan(lead * length, length), [](float v) { return v != 0; });
    }
    Random its = same_;
    broaden(crop, plan_, begin_, factor_, its);
    see_from_elsewhere(crop, angle_, its);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      if (!there[lead]) std::ranges::fill(crop.subspan(lead * length, length), 0.f);
    }
  }

 private:
  const BeatPlan& plan_;
  double factor_, angle_, begin_;
  Random same_;
};

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
  tell_intervals_anew(view, {Feature::pace, Feature::uneven, Feature::disorder});
  tell_shapes_anew(view, random);
}

void change_pace(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const double first = random.uniform(-0.45, 0.3), last = random.chance(0.3) ? first : random.uniform(-0.45, 0.3);
  const double middle = random.uniform(0, static_cast<double>(view.count())), breadth = random.uniform(3, 15);
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
  tell_intervals_anew(view, {Feature::pace, Feature::uneven, Feature::disorder});
  tell_shapes_anew(view, random);
}

// That these make the rhythm uneven is not told: where it is, in atrial fibrillation as a rule, supraventricular beats
// are not to be told from others.
void make_premature(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const double p_factor = random.uniform(-1, 0.8);
  const Pattern pattern = pattern_of(random);
  const std::vector<double> paces = paces_of(view);
  Coupling coupling(0.5, 0.86, random);
  // A slower run is no tachycardia, and not to be told from a faster sinus rhythm.
  if (pattern == Pattern::runs) coupling.slowest_seconds = slowest_run_seconds;
  for (const std::size_t beat : choose(view, pattern, random)) {
    const double interval_seconds = come_early(view, beat, paces[beat], coupling, random);
    set_class(sequence, beat, Beat::supraventricular);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      scale_p_wave(view.crop(beat, lead), view, p_factor);
      put_t_wave_before(view, beat, lead, interval_seconds);
    }
  }
  tell_intervals_anew(view, {Feature::pace});
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
    // Often near where the normal beat points.
    see_from_elsewhere(out.crop, std::numbers::pi * std::pow(random.uniform(-1, 1), 3), random);
    out.strength = static_cast<float>(random.uniform(-2, 3));
  }
  return out;
}

void change_conduction(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const double begins = random.uniform(0.02, 0.2), ends = random.uniform(0.02, 0.5);
  const Conduction conduction(plan, 1.8, -0.14, random);  // a pre-excited complex begins where the P wave ends
  bool changed = random.chance(0.3);
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (random.chance(changed ? ends : begins)) changed = !changed;
    if (!changed || !view.is(beat, Beat::normal)) continue;
    conduction.change(view.complex(beat));
    compare_with_usual(view.complex(beat), view.usual_complex(beat), plan, view.features(beat));
  }
  tell_shapes_anew(view, random);
}

void block_bundle(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const Conduction conduction(plan, 1.7, -0.1, random);
  const bool spares_early = random.chance(0.5);
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_beat(beat)) continue;
    const bool blocked = view.is(beat, Beat::normal) || (view.is(beat, Beat::supraventricular) && !spares_early);
    if (blocked) conduction.change(view.complex(beat));
    conduction.change(view.usual_complex(beat));
    compare_with_usual(view.complex(beat), view.usual_complex(beat), plan, view.features(beat));
  }
  tell_shapes_anew(view, random);
}

void make_ventricular(const BeatSequence& sequence, const BeatPlan& plan, std::span<const VentricularBeat> beats,
                      Random& random) {
  const View view{sequence, plan};
  const auto length = static_cast<std::size_t>(plan.crop_samples);
  // One in four comes as it will: an escape beat, or an idioventricular rhythm.
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
  tell_intervals_anew(view, {Feature::pace, Feature::uneven, Feature::disorder});
  tell_shapes_anew(view, random);
}

}  // namespace galen::ecg
