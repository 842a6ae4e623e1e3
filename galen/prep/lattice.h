#pragma once
// Maps voxels of one grid to positions in another, and weights of the neighbours there. Internal to prep.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "galen/data/volume.h"

namespace galen {

/// source voxel = matrix * target voxel + offset.
struct GridMap {
  Mat3 matrix = identity3;
  Vec3 offset{0, 0, 0};

  Vec3 operator()(double x, double y, double z) const {
    Vec3 p = offset;
    for (std::size_t r = 0; r < 3; ++r) p[r] += matrix[r][0] * x + matrix[r][1] * y + matrix[r][2] * z;
    return p;
  }
};
GridMap map_between(const Grid& target, const Grid& source);
/// True when each source axis is parallel to the target axis of the same index, to within a thousandth of a voxel over
/// the whole target.
bool is_axis_aligned(const GridMap& map, const Grid& target);

/// The K neighbours of a position along an axis and their weights.
template <int K>
struct Taps {
  std::int64_t first = 0;
  std::array<float, K> weights{};
};

/// Linear interpolation; beyond the ends the border values continue. For n = 1 the second weight is 0 and its tap lies
/// outside the line: see tap_step().
inline Taps<2> linear_taps(double position, std::int64_t n) {
  const double p = std::fmin(std::fmax(position, 0.0), static_cast<double>(n - 1));
  const auto first = std::min(static_cast<std::int64_t>(p), std::max<std::int64_t>(n - 2, 0));
  const auto t = static_cast<float>(p - static_cast<double>(first));
  return {first, {1 - t, t}};
}

/// The distance in memory between the two linear taps: 0 on an axis of one voxel.
inline std::int64_t tap_step(std::int64_t n, std::int64_t stride) {
  return n > 1 ? stride : 0;
}

/// Ties round up, even if rounding errors in the grids leave the position slightly below one.
inline std::int64_t nearest_voxel(double position, std::int64_t n) {
  const double p = std::floor(position + 0.5 + 1e-6);
  return static_cast<std::int64_t>(std::fmin(std::fmax(p, 0.0), static_cast<double>(n - 1)));
}

/// The weights of four consecutive uniform cubic B-splines at t in [0, 1], measured from the second to the third.
inline std::array<float, 4> bspline_weights(double t) {
  const double u = 1 - t, t2 = t * t, t3 = t2 * t;
  return {static_cast<float>(u * u * u / 6), static_cast<float>((4 - 6 * t2 + 3 * t3) / 6),
          static_cast<float>((1 + 3 * t + 3 * t2 - 3 * t3) / 6), static_cast<float>(t3 / 6)};
}

/// The class with the greatest total weight among eight neighbours; on a tie (within a millionth) the smallest class.
/// For random positions, where ties are rare. classes and weights: x fastest, then y, z.
std::uint8_t heaviest_class(const std::array<std::uint8_t, 8>& classes, const std::array<float, 8>& weights);
/// The same for a regular lattice, where every voxel may be a tie and the smallest class would always win: a tie goes
/// to the class of the nearest neighbour; of several equally near, the last, as nearest_voxel() rounds up.
std::uint8_t heaviest_or_nearest_class(const std::array<std::uint8_t, 8>& classes, const std::array<float, 8>& weights);

/// Spline coefficients kept before and after those of a line's own voxels.
inline constexpr std::int64_t spline_margin = 2;

/// Taps into a line of n + 2 * spline_margin coefficients.
inline Taps<4> spline_taps(double position, std::int64_t n) {
  const double p = std::fmin(std::fmax(position, -1.0), static_cast<double>(n));
  const double floor = std::fmin(std::floor(p), static_cast<double>(n - 1));
  return {static_cast<std::int64_t>(floor) - 1 + spline_margin, bspline_weights(p - floor)};
}

/// Computes in place the cubic B-spline coefficients of `width` interleaved lines of n samples. rows: n + 2 *
/// spline_margin rows of `width` values; the first sample of each line is in row spline_margin.
void spline_coefficients(float* rows, std::int64_t n, std::int64_t width);

}  // namespace galen
