#include "galen/metric/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "galen/base/error.h"

namespace galen {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The continued fraction of the incomplete beta function by the modified Lentz method (Abramowitz and Stegun 26.5.8).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < tiny ? tiny : d);
  double result = d;
  for (int m = 1; m < 10000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1;
    for (const double term : {even, odd}) {
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (std::abs(d) < tiny ? tiny : d);
      if (std::abs(c) < tiny) c = tiny;
      step = c * d;
      result *= step;
    }
    if (std::abs(step - 1) < 1e-15) break;
  }
  return result;
}

// The x at which I_x(a, b) reaches p, by bisection: I is increasing in x.
double beta_quantile(double a, double b, double p) {
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (incomplete_beta(a, b, middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return nan;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return nan;
  const double centre = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double quantile(std::span<const double> values, double q) {
  if (values.empty()) return nan;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double at = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 == sorted.size()) return sorted.back();
  const double share = at - static_cast<double>(below);
  return share == 0 ? sorted[below] : sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

double median(std::span<const double> values) {
  return quantile(values, 0.5);
}

double mean_of_defined(std::span<const double> values) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count ? sum / static_cast<double>(count) : nan;
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double log_front = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
  if (x < (a + 1) / (a + b + 2)) return std::exp(log_front) * beta_fraction(a, b, x) / a;
  return 1 - std::exp(log_front) * beta_fraction(b, a, 1 - x) / b;
}

Range binomial_interval(double successes, double trials, double level) {
  if (!(trials > 0) || !(successes >= 0) || successes > trials) {
    throw defect("binomial_interval", "successes must lie between 0 and the number of trials");
  }
  const double tail = (1 - level) / 2;
  Range range{0, 1};
  if (successes > 0) range.low = beta_quantile(successes, trials - successes + 1, tail);
  if (successes < trials) range.high = beta_quantile(successes + 1, trials - successes, 1 - tail);
  return range;
}

PatientIndex index_patients(std::span<const std::string> patients) {
  PatientIndex index;
  std::unordered_map<std::string, std::size_t> numbers;
  for (std::size_t row = 0; row < patients.size(); ++row) {
    const auto [at, is_new] = numbers.try_emplace(patients[row], index.rows.size());
    if (is_new) index.rows.emplace_back();
    index.patient_of.push_back(at->second);
    index.rows[at->second].push_back(row);
  }
  return index;
}

}  // namespace galen
