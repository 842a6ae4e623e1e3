#include "galen/trust/shrinkage.h"

#include <Eigen/Dense>
#include <algorithm>

#include "galen/base/error.h"

namespace galen {

double ledoit_wolf_shrinkage(std::span<const double> rows, std::size_t dimension) {
  if (rows.empty() || dimension == 0 || rows.size() % dimension) {
    throw defect("ledoit_wolf_shrinkage", "needs whole rows");
  }
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto p = static_cast<Eigen::Index>(dimension), n = static_cast<Eigen::Index>(rows.size()) / p;
  const Eigen::Map<const Matrix> x(rows.data(), n, p);
  const Matrix covariance = x.transpose() * x / static_cast<double>(n);
  const double mean_variance = covariance.trace() / static_cast<double>(p);
  const double squared = covariance.squaredNorm();
  const double apart = squared - static_cast<double>(p) * mean_variance * mean_variance;  // |S - mu I|^2
  // Mean over rows of |x x' - S|^2, divided by n: the expected squared error of S.
  const double fourth = x.rowwise().squaredNorm().array().square().mean();
  const double error = (fourth - squared) / static_cast<double>(n);
  return apart > 0 ? std::clamp(error / apart, 0.0, 1.0) : 1;
}

}  // namespace galen
