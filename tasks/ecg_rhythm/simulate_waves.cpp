#include "tasks/ecg_rhythm/simulate_waves.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace galen::ecg {
namespace {

constexpr double p_wave_begin_seconds = -0.3, p_wave_end_seconds = -0.07;

// How far a sample belongs to the P wave, 0 to 1.
double in_p_wave(double seconds) {
  constexpr double edge = 0.03;
  const double rise = (seconds - p_wave_begin_seconds) / edge, fall = (p_wave_end_seconds - seconds) / edge;
  return std::clamp(std::min(rise, fall), 0.0, 1.0);
}

// The line between the levels where the P wave begins and where it ends.
double line_at(std::span<const float> crop, const SequenceView& view, double seconds) {
  const auto at = [&](double t) {
    const auto i = std::llround(t * view.plan.crop_rate_hz) + view.plan.crop_before;
    return crop[static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, std::ssize(crop) - 1))];
  };
  const double part = (seconds - p_wave_begin_seconds) / (p_wave_end_seconds - p_wave_begin_seconds);
  return at(p_wave_begin_seconds) + std::clamp(part, 0.0, 1.0) * (at(p_wave_end_seconds) - at(p_wave_begin_seconds));
}

}  // namespace

void scale_p_wave(std::span<float> crop, const SequenceView& view, double factor) {
  const std::vector<float> old(crop.begin(), crop.end());
  for (std::size_t i = 0; i < crop.size(); ++i) {
    const double t = view.seconds_of(i), inside = in_p_wave(t), line = line_at(old, view, t);
    crop[i] = static_cast<float>(old[i] + inside * (factor - 1) * (old[i] - line));
  }
}

void put_t_wave_before(const SequenceView& view, std::size_t beat, std::size_t lead, double interval_seconds) {
  const std::span<float> crop = view.crop(beat, lead);
  const std::span<const float> last = view.crop(beat - 1, lead);
  for (std::size_t i = 0; i < crop.size(); ++i) {
    const double t = view.seconds_of(i);
    const auto from = std::llround((t + interval_seconds) * view.plan.crop_rate_hz) + view.plan.crop_before;
    const bool is_t_wave = t + interval_seconds > 0.12 && t < -0.07;
    if (is_t_wave && from < std::ssize(last)) crop[i] = 0.5f * crop[i] + last[static_cast<std::size_t>(from)];
  }
}

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

}  // namespace galen::ecg
