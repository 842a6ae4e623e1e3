#pragma once
// A smooth curve through values at uneven times.
#include <span>
#include <vector>

namespace galen {

/// The natural cubic spline through values at ascending times, at other times; before the first and after the last the
/// value there. As scipy.interpolate.CubicSpline(bc_type="natural"). `at` may be in any order. Errors (defect): lengths
/// differ, no values, times that do not ascend.
std::vector<double> spline_interpolated(std::span<const double> times, std::span<const double> values,
                                        std::span<const double> at);

}  // namespace galen
