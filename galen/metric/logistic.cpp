#include "galen/metric/logistic.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/error.h"

namespace galen {
namespace {

struct Data {
  std::span<const double> x, target, weights;
  double weight(std::size_t i) const { return weights.empty() ? 1 : weights[i]; }
};

// -target log p - (1 - target) log(1 - p), in a form that does not overflow.
double loss(const Data& data, double slope, double intercept) {
  double sum = 0;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const double z = slope * data.x[i] + intercept;
    const double softplus = std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
    sum += data.weight(i) * (softplus - data.target[i] * z);
  }
  return sum;
}

// Whether a threshold separates yes from no, so that the likelihood has no maximum; also if one of them is missing.
bool separable(const Data& data) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double least_yes = infinity, most_yes = -infinity, least_no = infinity, most_no = -infinity;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    if (data.weight(i) == 0) continue;
    if (data.target[i] > 0) least_yes = std::min(least_yes, data.x[i]), most_yes = std::max(most_yes, data.x[i]);
    if (data.target[i] < 1) least_no = std::min(least_no, data.x[i]), most_no = std::max(most_no, data.x[i]);
  }
  return most_no <= least_yes || most_yes <= least_no;
}

struct Step {
  double slope, intercept, gradient;
  bool solvable;
};

Step newton_step(const Data& data, double slope, double intercept) {
  double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0, total = 0;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const double x = data.x[i], w = data.weight(i);
    const double p = sigmoid(slope * x + intercept);
    const double residual = w * (p - data.target[i]), curvature = w * p * (1 - p);
    g0 += residual;
    g1 += residual * x;
    h00 += curvature;
    h01 += curvature * x;
    h11 += curvature * x * x;
    total += w;
  }
  const double determinant = h00 * h11 - h01 * h01;
  const bool solvable = determinant > 1e-14 * std::max(h00 * h11, 1e-280);
  if (!solvable) return {0, 0, 0, false};
  return {-(h00 * g1 - h01 * g0) / determinant, -(h11 * g0 - h01 * g1) / determinant,
          (std::abs(g0) + std::abs(g1)) / std::max(total, 1e-300), true};
}

}  // namespace

double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

double logit(double probability) {
  const double p = std::clamp(probability, 1e-12, 1 - 1e-12);
  return std::log(p) - std::log1p(-p);
}

LogisticFit fit_logistic(std::span<const double> x, std::span<const double> target, std::span<const double> weights) {
  if (x.size() != target.size() || (!weights.empty() && weights.size() != x.size())) {
    throw defect("fit_logistic", "x, target and weights differ in length");
  }
  const Data data{x, target, weights};
  LogisticFit fit{0, 0, false};
  if (separable(data)) return fit;
  double current = loss(data, fit.slope, fit.intercept);
  for (int i = 0; i < 100; ++i) {
    const Step step = newton_step(data, fit.slope, fit.intercept);
    if (!step.solvable) return fit;
    if (step.gradient < 1e-11) {
      fit.converged = true;
      return fit;
    }
    double share = 1, next = 0;
    do {
      next = loss(data, fit.slope + share * step.slope, fit.intercept + share * step.intercept);
      share /= 2;
    } while (next > current && share > 1e-10);
    fit.slope += 2 * share * step.slope;
    fit.intercept += 2 * share * step.intercept;
    if (current - next <= 1e-14 * std::abs(current)) {  // no more gain within double precision
      fit.converged = step.gradient < 1e-6;
      return fit;
    }
    current = next;
  }
  return fit;
}

}  // namespace galen
