#pragma once
// How the voxels of one grid fall between the voxels of another (an inside matter of prep).
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
/// True when each source axis follows its own target axis, to a thousandth of a voxel over the whole target.
bool is_axis_aligned(const GridMap& map, const Grid& target);

/// The neighbours of a position and their weights.
template <int K>
struct Taps {
  std::int64_t first = 0;
  std::array<float, K> weights{};
};

/// Linear, continued by the border values. For n = 1 the second weight is 0, and the tap lies outside: see tap_step().
inline Taps<2> linear_taps(double position, std::int64_t n) {
  const double p = std::fmin(std::fmax(position, 0.0), static_cast<double>(n - 1));
  const auto first = std::min(static_cast<std::int64_t>(p), std::max<std::int64_t>(n - 2, 0));
  const auto t = static_cast<float>(p - static_cast<double>(first));
  return {first, {1 - t, t}};
}

/// The distance in memory between linear taps: none on an axis of one voxel.
inline std::int64_t tap_step(std::int64_t n, std::int64_t stride) {
  return n > 1 ? stride : 0;
}

/// Ties go up, whatever the rounding of grids does to them.
inline std::int64_t nearest_voxel(double position, std::int64_t n) {
  const double p = std::floor(position + 0.5 + 1e-6);
  return static_cast<std::int64_t>(std::fmin(std::fmax(p, 0.0), static_cast<double>(n - 1)));
}

/// The weights of four uniform cubic B-splines at t in [0, 1] between the second and the third.
inline std::array<float, 4> bspline_weights(double t) {
  const double u = 1 - t, t2 = t * t, t3 = t2 * t;
  return {static_cast<float>(u * u * u / 6), static_cast<float>((4 - 6 * t2 + 3 * t3) / 6),
          static_cast<float>((1 + 3 * t + 3 * t2 - 3 * t3) / 6), static_cast<float>(t3 / 6)};
}

/// The class of eight neighbours that weigh most together; the least when equal (to a millionth): at random places,
/// where that is rare. classes and weights: x fastest, then y, z.
std::uint8_t heaviest_class(const std::array<std::uint8_t, 8>& classes, const std::array<float, 8>& weights);
/// The same on a regular lattice, where it may hold for every voxel and the least would always win: when equal, the
/// class of the nearest; of several nearest the last, as nearest_voxel() goes up.
std::uint8_t heaviest_or_nearest_class(const std::array<std::uint8_t, 8>& classes, const std::array<float, 8>& weights);

/// How many spline coefficients stand before and behind those of a line's own voxels.
inline constexpr std::int64_t spline_margin = 2;

/// Taps into a line of n + 2 * spline_margin coefficients.
inline Taps<4> spline_taps(double position, std::int64_t n) {
  const double p = std::fmin(std::fmax(position, -1.0), static_cast<double>(n));
  const double floor = std::fmin(std::floor(p), static_cast<double>(n - 1));
  return {static_cast<std::int64_t>(floor) - 1 + spline_margin, bspline_weights(p - floor)};
}

/// Cubic B-spline coefficients of `width` interleaved lines of n samples: rows of `width`, the first sample in row
/// spline_margin of n + 2 * spline_margin rows; in place.
void spline_coefficients(float* rows, std::int64_t n, std::int64_t width);

}  // namespace galen
