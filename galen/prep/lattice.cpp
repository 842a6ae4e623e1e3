#include "galen/prep/lattice.h"

namespace galen {

GridMap map_between(const Grid& target, const Grid& source) {
  const auto at = [&](const Vec3& voxel) { return source.to_voxel(target.to_world(voxel)); };
  GridMap map;
  map.offset = at({0, 0, 0});
  for (std::size_t c = 0; c < 3; ++c) {
    Vec3 step{0, 0, 0};
    step[c] = 1;
    const Vec3 end = at(step);
    for (std::size_t r = 0; r < 3; ++r) map.matrix[r][c] = end[r] - map.offset[r];
  }
  return map;
}

bool is_axis_aligned(const GridMap& map, const Grid& target) {
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) {
      if (r != c && std::abs(map.matrix[r][c]) * static_cast<double>(target.size[c]) > 1e-3) return false;
    }
  }
  return true;
}

namespace {

constexpr float tie = 1e-6f;  // weights that differ by less are equal

bool all_alike(const std::array<std::uint8_t, 8>& classes) {
  return std::ranges::count(classes, classes[0]) == std::ssize(classes);
}

}  // namespace

std::uint8_t heaviest_class(const std::array<std::uint8_t, 8>& classes, const std::array<float, 8>& weights) {
  if (all_alike(classes)) return classes[0];
  std::uint8_t best = 0;
  float most = -1;
  for (std::size_t i = 0; i < 8; ++i) {
    float sum = 0;
    for (std::size_t k = 0; k < 8; ++k) sum += classes[k] == classes[i] ? weights[k] : 0;
    if (sum > most + tie || (sum > most - tie && classes[i] < best)) {
      most = std::max(most, sum);
      best = classes[i];
    }
  }
  return best;
}

std::uint8_t heaviest_or_nearest_class(const std::array<std::uint8_t, 8>& classes,
                                       const std::array<float, 8>& weights) {
  if (all_alike(classes)) return classes[0];
  const auto weight_of = [&](std::uint8_t c) {
    float sum = 0;
    for (std::size_t k = 0; k < 8; ++k) sum += classes[k] == c ? weights[k] : 0;
    return sum;
  };
  const float least_near = *std::max_element(weights.begin(), weights.end()) - tie;
  std::size_t nearest = 7;
  while (weights[nearest] < least_near) --nearest;
  const std::uint8_t heaviest = heaviest_class(classes, weights);
  return weight_of(classes[nearest]) >= weight_of(heaviest) - tie ? classes[nearest] : heaviest;
}

void spline_coefficients(float* rows, std::int64_t n, std::int64_t width) {
  // Unser's recursive filter with pole z. Beyond its ends the line is constant, so the sums over its extensions are
  // geometric series: `before` and `behind` are the causal filter's values there.
  const auto z = static_cast<float>(std::sqrt(3.0) - 2);
  const float settle = 1 / (1 - z), fade = 1 / (1 - z * z);
  const auto row = [&](std::int64_t k) { return rows + (k + spline_margin) * width; };
  float *before = row(-1), *behind = row(n);
  for (std::int64_t i = 0; i < width; ++i) {
    before[i] = 6 * row(0)[i] * settle;
    behind[i] = 6 * row(n - 1)[i] * settle;
    row(0)[i] = before[i];
  }
  for (std::int64_t k = 1; k < n; ++k) {
    float* here = row(k);
    const float* last = row(k - 1);
    for (std::int64_t i = 0; i < width; ++i) here[i] = 6 * here[i] + z * last[i];
  }
  for (std::int64_t i = 0; i < width; ++i) {
    const float level = behind[i] * settle, rest = (row(n - 1)[i] - behind[i]) * fade;
    row(n - 1)[i] = -z * (level + rest);
    row(n)[i] = -z * (level + z * rest);
    row(n + 1)[i] = -z * (level + z * z * rest);
  }
  for (std::int64_t k = n - 2; k >= 0; --k) {
    float* here = row(k);
    const float* next = row(k + 1);
    for (std::int64_t i = 0; i < width; ++i) here[i] = z * (next[i] - here[i]);
  }
  for (std::int64_t i = 0; i < width; ++i) {
    const float level = before[i];
    row(-1)[i] = z * (row(0)[i] - level);
    row(-2)[i] = z * (row(-1)[i] - level);
  }
}

}  // namespace galen
