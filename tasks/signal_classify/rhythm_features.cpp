#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "galen/metric/stats.h"
#include "galen/prep/complexity.h"
#include "tasks/signal_classify/features.h"

namespace galen::classify {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double lorenz_bin_s = 0.04;  // Sarkar et al. 2008

using Values = std::vector<double>;

double share(const Values& values, const auto& holds) {
  return values.empty()
             ? nan
             : static_cast<double>(std::ranges::count_if(values, holds)) / static_cast<double>(values.size());
}

Values differences(std::span<const double> values) {
  Values out;
  for (std::size_t i = 1; i < values.size(); ++i) out.push_back(values[i] - values[i - 1]);
  return out;
}

double root_mean_square(const Values& values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return values.empty() ? nan : std::sqrt(sum / static_cast<double>(values.size()));
}

// Autocorrelation at this lag.
double self_correlation(std::span<const double> values, std::size_t lag) {
  if (values.size() < lag + 4) return nan;
  const double middle = mean(values);
  double product = 0, square = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    square += (values[i] - middle) * (values[i] - middle);
    if (i + lag < values.size()) product += (values[i] - middle) * (values[i + lag] - middle);
  }
  return square > 0 ? product / square : 0;
}

// Share of values that are local extremes; 2/3 in a random series.
double turning_points(std::span<const double> values) {
  if (values.size() < 5) return nan;
  double turns = 0;
  for (std::size_t i = 1; i + 1 < values.size(); ++i) {
    turns += (values[i] > values[i - 1]) == (values[i] > values[i + 1]);
  }
  return turns / static_cast<double>(values.size() - 2);
}

void add_lorenz(Features& out, const std::string& prefix, const Values& steps) {
  std::set<std::pair<int, int>> bins;
  double origin = 0, along = 0, pairs = 0;
  for (std::size_t i = 1; i < steps.size(); ++i, ++pairs) {
    const auto bin = [](double v) { return static_cast<int>(std::lround(v / lorenz_bin_s)); };
    if (bin(steps[i]) == 0 && bin(steps[i - 1]) == 0) {
      ++origin;
    } else {
      bins.insert({bin(steps[i - 1]), bin(steps[i])});
    }
    along += steps[i] * steps[i - 1] < 0 && std::abs(steps[i] + steps[i - 1]) < 0.25 * std::abs(steps[i]);
  }
  out.add(prefix + "lorenz.origin", pairs > 3 ? origin / pairs : nan);
  out.add(prefix + "lorenz.scatter", pairs > 3 ? static_cast<double>(bins.size()) / pairs : nan);
  out.add(prefix + "lorenz.compensated", pairs > 3 ? along / pairs : nan);
}

// Early and late beats, relative to the median of the surrounding intervals.
void add_early(Features& out, const std::string& prefix, std::span<const double> intervals) {
  double early = 0, paused = 0, late = 0, earliest = nan, n = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i, ++n) {
    const std::size_t begin = i < 4 ? 0 : i - 4, end = std::min(intervals.size(), i + 5);
    const double ratio = intervals[i] / median(intervals.subspan(begin, end - begin));
    const bool is_early = ratio < 0.85;
    early += is_early;
    late += ratio > 1.3;
    paused += is_early && i + 1 < intervals.size() && intervals[i + 1] > 1.25 * intervals[i];
    if (!(ratio >= earliest)) earliest = ratio;
  }
  out.add(prefix + "early", n > 2 ? early / n : nan);
  out.add(prefix + "early_with_pause", n > 2 ? paused / n : nan);
  out.add(prefix + "late", n > 2 ? late / n : nan);
  out.add(prefix + "earliest", earliest);
}

}  // namespace

double coefficient_of_sample_entropy(std::span<const double> intervals) {
  if (intervals.size() < 8) return nan;
  const double least = least_tolerance(intervals, 5).value();
  for (double tolerance = 0.03; tolerance < 0.5; tolerance *= 1.2) {
    if (tolerance >= least) return galen::coefficient_of_sample_entropy(intervals, tolerance).value();
  }
  return nan;
}

double fastest_rate(std::span<const double> intervals, std::size_t count) {
  double shortest = nan;
  for (std::size_t i = 0; i + count <= intervals.size(); ++i) {
    const double here = mean(intervals.subspan(i, count));
    if (!(here >= shortest)) shortest = here;
  }
  return 60 / shortest;
}

void add_rhythm(Features& out, const std::string& prefix, std::span<const double> intervals) {
  const bool enough = intervals.size() >= 3;
  const double middle = enough ? median(intervals) : nan;
  const Values steps = differences(intervals);
  const auto over_median = [&](double q) { return std::log(quantile(intervals, q) / middle); };
  Values away, sizes;
  for (const double v : intervals) away.push_back(std::abs(v / middle - 1));
  for (const double v : steps) sizes.push_back(std::abs(v));

  out.add(prefix + "beats", static_cast<double>(std::min<std::size_t>(intervals.size(), 60)));
  out.add(prefix + "rate", 60 / middle);
  out.add(prefix + "spread", standard_deviation(intervals) / middle);
  out.add(prefix + "median_deviation", median(away));
  out.add(prefix + "rmssd", root_mean_square(steps) / middle);
  out.add(prefix + "median_step", median(sizes) / middle);
  out.add(prefix + "greatest_step", quantile(sizes, 1) / middle);
  out.add(prefix + "pnn50", share(sizes, [](double v) { return v > 0.05; }));
  out.add(prefix + "near_median", share(away, [](double v) { return v < 0.1; }));
  out.add(prefix + "near_median_wide", share(away, [](double v) { return v < 0.2; }));
  out.add(prefix + "turning_points", turning_points(intervals));
  out.add(prefix + "sample_entropy", coefficient_of_sample_entropy(intervals));
  out.add(prefix + "correlation_1", self_correlation(intervals, 1));
  out.add(prefix + "correlation_2", self_correlation(intervals, 2));
  out.add(prefix + "shortest", over_median(0));
  out.add(prefix + "short", over_median(0.1));
  out.add(prefix + "long", over_median(0.9));
  out.add(prefix + "longest", over_median(1));
  out.add(prefix + "longest_s", quantile(intervals, 1));
  out.add(prefix + "fastest_3", fastest_rate(intervals, 3));
  out.add(prefix + "fastest_5", fastest_rate(intervals, 5));
  add_lorenz(out, prefix, steps);
  add_early(out, prefix, intervals);
}

}  // namespace galen::classify
