#include "galen/prep/complexity.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "galen/base/error.h"

namespace galen {
namespace {

// For each of the first `runs` runs of `dimension` values, how many of them agree with it, itself included. Runs are
// sorted by their first value, so each need only be compared with those shortly after it.
std::vector<std::uint32_t> agreements(std::span<const double> values, std::size_t runs, std::size_t dimension,
                                      double tolerance) {
  std::vector<std::size_t> order(runs);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return std::pair(values[a], a) < std::pair(values[b], b); });
  std::vector<std::vector<double>> sorted(dimension, std::vector<double>(runs));
  for (std::size_t d = 0; d < dimension; ++d) {
    for (std::size_t i = 0; i < runs; ++i) sorted[d][i] = values[order[i] + d];
  }
  std::vector<std::uint32_t> count(runs, 1);
  std::vector<std::uint8_t> agree;
  for (std::size_t i = 0, end = 0; i < runs; ++i) {
    while (end < runs && sorted[0][end] - sorted[0][i] <= tolerance) ++end;
    const std::size_t candidates = end - i - 1;
    agree.assign(candidates, 1);
    for (std::size_t d = 1; d < dimension; ++d) {
      const double own = sorted[d][i], *const others = sorted[d].data() + i + 1;
      for (std::size_t k = 0; k < candidates; ++k) agree[k] &= std::abs(others[k] - own) <= tolerance;
    }
    std::uint32_t found = 0;
    for (std::size_t k = 0; k < candidates; ++k) {
      found += agree[k];
      count[i + 1 + k] += agree[k];
    }
    count[i] += found;
  }
  return count;
}

/// Numbers of pairs of runs that agree in `dimension` values, and in one more.
struct Agreeing {
  std::size_t shorter = 0, longer = 0;
};

// For single values in a short series, comparing all pairs is fastest.
Agreeing agreeing_singles(std::span<const double> values, double tolerance) {
  std::uint64_t shorter = 0, longer = 0;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    const double own = values[i], next = values[i + 1];
    for (std::size_t j = i + 1; j + 1 < values.size(); ++j) {
      const std::uint64_t agree = std::abs(values[j] - own) <= tolerance ? 1 : 0;
      const std::uint64_t go_on = std::abs(values[j + 1] - next) <= tolerance ? 1 : 0;
      shorter += agree;
      longer += agree & go_on;
    }
  }
  return {shorter, longer};
}

Agreeing agreeing_pairs(std::span<const double> values, std::size_t dimension, double tolerance) {
  constexpr std::size_t short_series = 256;
  if (dimension == 1 && values.size() <= short_series) return agreeing_singles(values, tolerance);
  const auto pairs = [&](std::size_t length) {
    std::size_t sum = 0;
    for (const std::uint32_t c : agreements(values, values.size() - dimension, length, tolerance)) sum += c - 1;
    return sum / 2;
  };
  return {pairs(dimension), pairs(dimension + 1)};
}

void require_dimension(int dimension) {
  if (dimension < 1) throw defect("entropy", "a dimension below 1");
}

double mean_log(const std::vector<std::uint32_t>& counts) {
  double sum = 0;
  for (const std::uint32_t c : counts) sum += std::log(static_cast<double>(c) / static_cast<double>(counts.size()));
  return sum / static_cast<double>(counts.size());
}

// Sum of squared residuals about the least-squares line.
double residual(std::span<const double> y) {
  const double n = static_cast<double>(y.size()), middle = (n - 1) / 2;
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = n * (n * n - 1) / 12, xy = 0, yy = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    xy += (static_cast<double>(i) - middle) * (y[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return std::max(0.0, yy - xy * xy / xx);
}

}  // namespace

std::optional<double> sample_entropy(std::span<const double> values, int dimension, double tolerance) {
  require_dimension(dimension);
  if (std::cmp_less_equal(values.size(), dimension)) return std::nullopt;
  const Agreeing pairs = agreeing_pairs(values, static_cast<std::size_t>(dimension), tolerance);
  if (pairs.longer == 0) return std::nullopt;
  return std::log(static_cast<double>(pairs.shorter) / static_cast<double>(pairs.longer));
}

std::optional<double> least_tolerance(std::span<const double> values, std::size_t pairs) {
  if (pairs < 1) throw defect("least_tolerance", "no pairs are wanted");
  std::vector<double> least;  // smallest distances so far, ascending
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    for (std::size_t j = i + 1; j + 1 < values.size(); ++j) {
      const double distance = std::max(std::abs(values[i] - values[j]), std::abs(values[i + 1] - values[j + 1]));
      if (least.size() == pairs) {
        if (distance >= least.back()) continue;
        least.pop_back();
      }
      least.insert(std::ranges::upper_bound(least, distance), distance);
    }
  }
  if (least.size() < pairs) return std::nullopt;
  return least.back();
}

std::optional<double> coefficient_of_sample_entropy(std::span<const double> intervals, double tolerance,
                                                    std::size_t least_pairs) {
  if (intervals.size() <= 1) return std::nullopt;
  const Agreeing pairs = agreeing_pairs(intervals, 1, tolerance);
  if (pairs.longer < std::max<std::size_t>(least_pairs, 1)) return std::nullopt;
  const double entropy = std::log(static_cast<double>(pairs.shorter) / static_cast<double>(pairs.longer));
  const double sum = std::accumulate(intervals.begin(), intervals.end(), 0.0);
  return entropy + std::log(2 * tolerance) - std::log(sum / static_cast<double>(intervals.size()));
}

std::optional<double> approximate_entropy(std::span<const double> values, int dimension, double tolerance) {
  require_dimension(dimension);
  const std::size_t m = static_cast<std::size_t>(dimension);
  if (values.size() <= m) return std::nullopt;
  return mean_log(agreements(values, values.size() - m + 1, m, tolerance)) -
         mean_log(agreements(values, values.size() - m, m + 1, tolerance));
}

std::optional<double> fluctuation_exponent(std::span<const double> values, int shortest, int longest) {
  if (shortest < 3 || longest <= shortest) throw defect("fluctuation_exponent", "no such windows");
  if (values.size() < 4 * static_cast<std::size_t>(longest)) return std::nullopt;
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  if (*greatest - *least <= 1e-12 * std::abs(mean)) return std::nullopt;
  std::vector<double> profile;
  double total = 0;
  for (const double v : values) profile.push_back(total += v - mean);

  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (std::size_t window = static_cast<std::size_t>(shortest); window <= static_cast<std::size_t>(longest); ++window) {
    const std::size_t windows = profile.size() / window;
    double squares = 0;
    for (std::size_t i = 0; i < windows; ++i) squares += residual(std::span(profile).subspan(i * window, window));
    if (squares == 0) return std::nullopt;
    const double log_n = std::log(static_cast<double>(window));
    const double log_f = 0.5 * std::log(squares / static_cast<double>(windows * window));
    n += 1, x += log_n, y += log_f, xx += log_n * log_n, xy += log_n * log_f;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

}  // namespace galen
