#include "tasks/ecg_rhythm/beat_features.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "galen/base/upper_median.h"
#include "tasks/ecg_rhythm/rhythm.h"

namespace galen::ecg {
namespace {

constexpr double qrs_seconds = 0.1;         // of the complex, on each side of its peak
constexpr std::size_t pace_intervals = 15;  // the last ones, which pace and unevenness are taken from

// Pearson's correlation; 0 for a constant.
float correlation(std::span<const float> x, std::span<const float> y) {
  double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = x[i], b = y[i];
    sx += a, sy += b, sxx += a * a, syy += b * b, sxy += a * b;
  }
  const auto n = static_cast<double>(x.size());
  const double vx = sxx - sx * sx / n, vy = syy - sy * sy / n;
  return vx > 1e-12 && vy > 1e-12 ? static_cast<float>((sxy - sx * sy / n) / std::sqrt(vx * vy)) : 0;
}

// How broad a complex is: its area over its height, in samples.
double width_of(std::span<const float> qrs) {
  double area = 0, height = 1e-6;
  for (const float v : qrs) area += std::abs(v), height = std::max<double>(height, std::abs(v));
  return area / height;
}

}  // namespace

float log_ratio(double a, double b) {
  return static_cast<float>(
      std::clamp(log_scale * std::log(std::max(a, 1e-6) / std::max(b, 1e-6)), -most_log, most_log));
}

void tell_intervals(std::span<const double> last_seconds, double usual_seconds, std::span<float> features) {
  const auto set = [&](Feature which, float value) { features[static_cast<std::size_t>(which)] = value; };
  const auto pace = last_seconds.last(std::min(last_seconds.size(), pace_intervals));
  double uneven = 0;
  for (std::size_t i = 1; i < pace.size(); ++i) uneven += std::abs(pace[i] - pace[i - 1]);
  uneven /= static_cast<double>(pace.size()) * usual_seconds;
  set(Feature::pace, log_ratio(upper_median(std::vector<double>(pace.begin(), pace.end())), usual_seconds));
  set(Feature::uneven, static_cast<float>(4 * std::min(uneven, 1.0)));
  const double entropy = coefficient_of_sample_entropy(last_seconds);
  set(Feature::disorder,
      std::isnan(entropy) ? 0 : static_cast<float>(std::clamp(entropy - RhythmRules{}.afib_entropy, -2.0, 2.0)));
}

float sudden_feature(double sudden) {
  return static_cast<float>(std::min(log_scale * sudden, most_log));
}

void compare_with_usual(std::span<const float> crop, std::span<const float> usual, const BeatPlan& plan,
                        std::span<float> features) {
  const auto length = static_cast<std::size_t>(plan.crop_samples);
  const auto reach = static_cast<std::size_t>(std::llround(qrs_seconds * plan.crop_rate_hz));
  const auto peak = static_cast<std::size_t>(plan.crop_before);
  const std::size_t begin = peak - std::min(peak, reach), end = std::min(peak + reach + 1, length);
  const auto set = [&](Feature which, float value) { features[static_cast<std::size_t>(which)] = value; };
  for (std::size_t lead = 0; lead < lead_count; ++lead) {
    const auto qrs = crop.subspan(lead * length + begin, end - begin);
    const auto other = usual.subspan(lead * length + begin, end - begin);
    const auto [low, high] = std::ranges::minmax(qrs);
    const auto [other_low, other_high] = std::ranges::minmax(other);
    const float height = other_high > other_low ? log_ratio(high - low, other_high - other_low) / 2 : 0;
    set(lead == 0 ? Feature::likeness : Feature::second_likeness, correlation(qrs, other));
    set(lead == 0 ? Feature::height : Feature::second_height, height);
    if (lead == 0) set(Feature::breadth, log_ratio(width_of(qrs), width_of(other)) / 2);
  }
}

}  // namespace galen::ecg
