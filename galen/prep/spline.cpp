#include "galen/prep/spline.h"

#include <algorithm>
#include <functional>

#include "galen/base/error.h"

namespace galen {
namespace {

// The second derivatives at the knots, 0 at the ends, from a tridiagonal system by elimination.
std::vector<double> curvatures(std::span<const double> times, std::span<const double> values) {
  const std::size_t n = times.size();
  std::vector<double> curvature(n, 0.0), upper(n, 0.0);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double before = times[i] - times[i - 1], after = times[i + 1] - times[i];
    const double bend = 6 * ((values[i + 1] - values[i]) / after - (values[i] - values[i - 1]) / before);
    const double pivot = 2 * (before + after) - before * upper[i - 1];
    upper[i] = after / pivot;
    curvature[i] = (bend - before * curvature[i - 1]) / pivot;
  }
  for (std::size_t i = n - 1; i-- > 1;) curvature[i] -= upper[i] * curvature[i + 1];
  return curvature;
}

}  // namespace

std::vector<double> spline_interpolated(std::span<const double> times, std::span<const double> values,
                                        std::span<const double> at) {
  if (times.empty() || times.size() != values.size()) throw defect("spline", "no values, or not one for each time");
  if (std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) != times.end())
    throw defect("spline", "times that do not ascend");
  const std::vector<double> curvature = curvatures(times, values);
  std::vector<double> out;
  out.reserve(at.size());
  for (const double t : at) {
    const auto next = static_cast<std::size_t>(std::upper_bound(times.begin(), times.end(), t) - times.begin());
    if (next == 0 || next == times.size()) {
      out.push_back(next == 0 ? values.front() : values.back());
      continue;
    }
    const double step = times[next] - times[next - 1], b = (t - times[next - 1]) / step, a = 1 - b;
    out.push_back(a * values[next - 1] + b * values[next] +
                  ((a * a * a - a) * curvature[next - 1] + (b * b * b - b) * curvature[next]) * step * step / 6);
  }
  return out;
}

}  // namespace galen
