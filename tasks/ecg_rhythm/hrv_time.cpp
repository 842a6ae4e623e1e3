#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tasks/ecg_rhythm/hrv_parts.h"

namespace galen::ecg {
namespace {

// Intervals are differences of times: at 360 Hz, 18 samples are 50 ms and must not exceed that through rounding.
constexpr double rounding_ms = 1e-6;

// From complete windows of 5 min of which at least half is N-N intervals.
void add_segment_measures(const NnSeries& series, HrvCollector& out) {
  std::vector<double> means, deviations;
  for (double begin = series.size() > 0 ? series.time_s.front() : 0;
       series.size() > 0 && begin + hrv_window_s <= series.time_s.back(); begin += hrv_window_s) {
    const auto [first, last] = within(series, begin, hrv_window_s);
    const std::span<const double> part = std::span(series.ms).subspan(first, last - first);
    if (std::accumulate(part.begin(), part.end(), 0.0) < 500 * hrv_window_s) continue;
    const SampleMoments m = moments_of(part);
    means.push_back(m.mean);
    deviations.push_back(m.deviation);
  }
  const bool enough = means.size() >= 3;
  const std::string reason = fmt::format("needs 3 windows of 5 min, there are {}", means.size());
  out.add("sdann", "ms", enough ? std::optional(moments_of(means).deviation) : std::nullopt, reason);
  out.add("sdnn_index", "ms", enough ? std::optional(moments_of(deviations).mean) : std::nullopt, reason);
}

struct Geometry {
  double triangular_index = 0, tinn_ms = 0;
};

// From the histogram with bins of 1/128 s: the triangle with the mode as its top and its two feet by least squares.
Geometry geometry(const NnSeries& series) {
  constexpr double bin_ms = 1000.0 / 128;
  const auto bin = [](double ms) { return static_cast<std::size_t>((ms + rounding_ms) / bin_ms); };
  const auto [least, greatest] = std::minmax_element(series.ms.begin(), series.ms.end());
  const std::size_t offset = bin(*least) - 1, bins = bin(*greatest) - offset + 2;  // an empty bin on each side
  std::vector<double> count(bins, 0.0);
  for (const double ms : series.ms) ++count[bin(ms) - offset];
  const std::size_t top = static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
  // The two sides are independent: tries the foot of one side at each distance from the top.
  const auto best_side = [&](std::size_t most, auto index) {
    double best = std::numeric_limits<double>::infinity();
    std::size_t side = 1;
    for (std::size_t foot = 1; foot <= most; ++foot) {
      double squares = 0;
      for (std::size_t k = 1; k <= most; ++k) {
        const double height = k < foot ? count[top] * (1 - static_cast<double>(k) / static_cast<double>(foot)) : 0;
        squares += (count[index(k)] - height) * (count[index(k)] - height);
      }
      if (squares < best) best = squares, side = foot;
    }
    return static_cast<double>(side);
  };
  const double left = best_side(top, [&](std::size_t k) { return top - k; });
  const double right = best_side(bins - 1 - top, [&](std::size_t k) { return top + k; });
  return {static_cast<double>(series.size()) / count[top], (left + right) * bin_ms};
}

std::vector<double> differences(const NnSeries& series) {
  std::vector<double> out;
  for (std::size_t i = 1; i < series.size(); ++i) {
    if (series.adjacent[i]) out.push_back(series.ms[i] - series.ms[i - 1]);
  }
  return out;
}

}  // namespace

void add_time_domain(const NnSeries& series, const Hrv& hrv, HrvCollector& out) {
  const std::vector<double> steps = differences(series);
  const std::string few = too_few(30, steps.size()), left_out = too_many_left_out(hrv, 0.2);
  out.obstacle({few, left_out});
  const SampleMoments nn = moments_of(series.ms), step = moments_of(steps);
  const double n = static_cast<double>(series.size());
  const double squares = std::inner_product(steps.begin(), steps.end(), steps.begin(), 0.0);
  const auto beyond = [&](double ms) {
    return static_cast<double>(
        std::count_if(steps.begin(), steps.end(), [&](double d) { return std::abs(d) > ms + rounding_ms; }));
  };
  out.add("mean_nn", "ms", nn.mean);
  out.add("sdnn", "ms", nn.deviation);
  add_segment_measures(series, out);
  out.add("rmssd", "ms", std::sqrt(squares / static_cast<double>(steps.size())));
  out.add("sdsd", "ms", step.deviation);
  out.add("nn50", "1", beyond(50));
  out.add("pnn50", "%", 100 * beyond(50) / n);
  out.add("pnn20", "%", 100 * beyond(20) / n);
  out.add("mean_hr", "/min", 60'000 / nn.mean);
  out.obstacle({few, left_out, too_short(20 * 60, hrv.duration_s)});
  const Geometry shape = out.clear() ? geometry(series) : Geometry{};
  out.add("triangular_index", "1", shape.triangular_index);
  out.add("tinn", "ms", shape.tinn_ms);
}

}  // namespace galen::ecg
