#pragma once
// Logistic regression on one variable: recalibration and Platt scaling.
#include <span>

namespace galen {

struct LogisticFit {
  double slope = 1, intercept = 0;
  bool converged = false;  ///< false: the classes are separable, or all of one kind; no finite maximum
};

/// P(truth) = 1 / (1 + exp(-(slope x + intercept))) by maximum likelihood (Newton's method with step halving).
/// target in [0, 1]; weights may be empty (all 1). Errors (defect): ranges of different length.
LogisticFit fit_logistic(std::span<const double> x, std::span<const double> target,
                         std::span<const double> weights = {});

double sigmoid(double x);
/// log(p / (1 - p)), with p clamped to [1e-12, 1 - 1e-12].
double logit(double probability);

}  // namespace galen
