#include "tasks/ecg_rhythm/simulate_rhythm.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace galen::ecg {
namespace {

constexpr double log_scale = 4, usual_scale_seconds = 0.8;
constexpr double p_wave_begin_seconds = -0.3, p_wave_end_seconds = -0.07;

struct View {
  const BeatSequence& sequence;
  const BeatPlan& plan;

  std::size_t count() const { return sequence.features.size() / feature_count; }
  float& feature(std::size_t beat, Feature which) const {
    return sequence.features[beat * feature_count + static_cast<std::size_t>(which)];
  }
  bool is_beat(std::size_t beat) const { return feature(beat, Feature::is_beat) > 0; }
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

}  // namespace

bool all_normal(const BeatSequence& sequence) {
  for (std::size_t i = 0; i < sequence.targets.size(); ++i) {
    if (sequence.targets[i] > 0 && i % beat_classes != static_cast<std::size_t>(Beat::normal)) return false;
  }
  return true;
}

void fibrillate(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const double spread = random.uniform(0.1, 0.3);
  const double height = random.uniform(0, 0.06), hertz = random.uniform(4.5, 8);
  std::vector<double> ratios(view.count() + 1);
  for (double& ratio : ratios) ratio = std::exp(spread * random.normal());
  for (std::size_t beat = 0; beat < view.count(); ++beat) {
    if (!view.is_beat(beat)) continue;
    view.set_ratio(beat, Feature::before, ratios[beat]);
    view.set_ratio(beat, Feature::strong_before, ratios[beat]);
    view.set_ratio(beat, Feature::next, ratios[beat + 1]);
    // The mean difference of independent intervals of this spread.
    view.feature(beat, Feature::uneven) =
        static_cast<float>(log_scale * std::min(1.0, 2 / std::sqrt(std::numbers::pi) * spread));
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      scale_p_wave(view.crop(beat, lead), view, 0);
      scale_p_wave(view.crop(beat, lead, true), view, 0);
      const double phase = random.uniform(0, 2 * std::numbers::pi);
      const std::span<float> crop = view.crop(beat, lead);
      const bool there = std::ranges::any_of(crop, [](float v) { return v != 0; });
      for (std::size_t i = 0; there && i < crop.size(); ++i) {
        crop[i] += static_cast<float>(height * std::sin(2 * std::numbers::pi * hertz * view.seconds_of(i) + phase));
      }
    }
  }
}

void make_premature(const BeatSequence& sequence, const BeatPlan& plan, Random& random) {
  const View view{sequence, plan};
  const double chance = random.uniform(0.03, 0.25), p_factor = random.uniform(-1, 0.8);
  const bool in_runs = random.chance(0.2);
  for (std::size_t beat = 1; beat + 1 < view.count(); ++beat) {
    const auto target = sequence.targets.subspan(beat * beat_classes, beat_classes);
    const bool was_early =
        sequence.targets[(beat - 1) * beat_classes + static_cast<std::size_t>(Beat::supraventricular)] > 0;
    if (!view.is_beat(beat) || !view.is_beat(beat - 1) || !view.is_beat(beat + 1)) continue;
    if (!(target[static_cast<std::size_t>(Beat::normal)] > 0)) continue;
    if (was_early ? !(in_runs && random.chance(0.6)) : !random.chance(chance)) continue;
    std::swap(target[static_cast<std::size_t>(Beat::normal)], target[static_cast<std::size_t>(Beat::supraventricular)]);
    const double early = random.uniform(0.5, 0.86), pause = random.uniform(1, 1.5);
    const double before = early * std::min(view.ratio(beat, Feature::before), 1.15);
    view.set_ratio(beat, Feature::before, before);
    view.set_ratio(beat, Feature::strong_before, before);
    view.set_ratio(beat - 1, Feature::next, before);
    view.set_ratio(beat, Feature::next, pause * std::max(view.ratio(beat, Feature::next), 0.9));
    view.set_ratio(beat + 1, Feature::before, view.ratio(beat, Feature::next));
    view.set_ratio(beat + 1, Feature::strong_before, view.ratio(beat, Feature::next));
    const double interval = before * view.usual_seconds(beat);
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      const std::span<float> crop = view.crop(beat, lead);
      const std::span<const float> last = view.crop(beat - 1, lead);
      scale_p_wave(crop, view, p_factor);
      for (std::size_t i = 0; i < crop.size(); ++i) {
        const auto from = std::llround((view.seconds_of(i) + interval) * plan.crop_rate_hz) + plan.crop_before;
        // Only what lies behind the complex before: its T wave.
        const bool is_t_wave = view.seconds_of(i) + interval > 0.12 && view.seconds_of(i) < -0.07;
        if (is_t_wave && from < std::ssize(last)) crop[i] = 0.5f * crop[i] + last[static_cast<std::size_t>(from)];
      }
    }
  }
}

}  // namespace galen::ecg
