#pragma once
// A smooth curve through values at unevenly spaced times.
#include <span>
#include <vector>

namespace galen {

/// The natural cubic spline through values at ascending times, as scipy.interpolate.CubicSpline(bc_type="natural"),
/// evaluated at the times `at`, in any order; before the first and after the last time the value there. Errors
/// (defect): lengths differ, no values, times that do not ascend.
std::vector<double> spline_interpolated(std::span<const double> times, std::span<const double> values,
                                        std::span<const double> at);

}  // namespace galen
