#pragma once
// Shrinkage of covariances estimated from fewer cases than dimensions.
#include <cstddef>
#include <span>

namespace galen {

/// The shrinkage s of the covariance S of rows (each of `dimension` values, mean 0) towards a multiple of the identity:
/// (1 - s) S + s trace(S) / dimension I, s within [0, 1]. Ledoit and Wolf 2004 ("A well-conditioned estimator for
/// large-dimensional covariance matrices", J Multivariate Analysis 88:365). Errors (defect): no rows, incomplete rows.
double ledoit_wolf_shrinkage(std::span<const double> rows, std::size_t dimension);

}  // namespace galen
