#pragma once
// Covariance from fewer cases than dimensions.
#include <cstddef>
#include <span>

namespace galen {

/// How far the covariance of rows (each of `dimension` values, of mean 0) is to be drawn towards a multiple of the
/// identity: (1 - s) S + s trace(S) / dimension I. Within [0, 1]. Ledoit and Wolf 2004 ("A well-conditioned estimator
/// for large-dimensional covariance matrices", J Multivariate Analysis 88:365). Errors (defect): no rows, or not whole.
double ledoit_wolf_shrinkage(std::span<const double> rows, std::size_t dimension);

}  // namespace galen
