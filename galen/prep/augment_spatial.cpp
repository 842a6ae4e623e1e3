#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "galen/prep/augment_steps.h"
#include "galen/prep/lattice.h"

namespace galen {
namespace {

Mat3 product(const Mat3& a, const Mat3& b) {
  Mat3 out{};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t k = 0; k < 3; ++k) out[r][c] += a[r][k] * b[k][c];
    }
  }
  return out;
}

Mat3 rotation_about(std::size_t axis, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
  Mat3 out = identity3;
  out[u][u] = out[v][v] = std::cos(angle);
  out[u][v] = -std::sin(angle);
  out[v][u] = std::sin(angle);
  return out;
}

// The matrix from the offset of a voxel from the patch's centre to that in the image; `moved` becomes true unless it is
// the identity.
Mat3 draw_matrix(const Vec3& spacing, bool flat, const Augmentation& augmentation, Random& random, bool& moved) {
  Mat3 rotation = identity3;
  const bool turns = random.chance(augmentation.rotation.probability);
  for (std::size_t a = 0; a < 3; ++a) {
    const double degrees = random.uniform(augmentation.rotation.low, augmentation.rotation.high);
    if (!turns || !augmentation.rotation_axes[a] || (flat && a != 2)) continue;
    rotation = product(rotation, rotation_about(a, degrees));
    moved = true;
  }
  const Strength scale = draw_factor(augmentation.scaling, random);
  moved = moved || scale.happens;
  const double factor = scale.happens ? 1 / scale.value : 1;
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) rotation[r][c] *= factor * spacing[c] / spacing[r];
  }
  return rotation;
}

void add_displacement(std::size_t axis, double deviation, double spacing, const Index3& size, Random& random,
                      Positions& positions) {
  SmoothField field(size, spacing, random);
  std::vector<float> row(static_cast<std::size_t>(size[0]));
  std::size_t i = 0;
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      field.row(y, z, row);
      for (const float value : row) positions.at[i++][axis] += static_cast<float>(deviation) * value;
    }
  }
}

// Makes the positions relative to the smallest block that contains all their neighbours.
void enclose(Positions& positions) {
  std::array<float, 3> low, high;
  low.fill(std::numeric_limits<float>::max());
  high.fill(std::numeric_limits<float>::lowest());
  for (const auto& p : positions.at) {
    for (std::size_t a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], p[a]);
      high[a] = std::max(high[a], p[a]);
    }
  }
  std::array<float, 3> shift;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto begin = static_cast<std::int64_t>(std::floor(low[a])) - 1;
    positions.block.begin[a] = begin;
    positions.block.size[a] = static_cast<std::int64_t>(std::floor(high[a])) + 4 - begin;  // 3, and 1 for rounding
    shift[a] = static_cast<float>(begin);
  }
  for (auto& p : positions.at) {
    for (std::size_t a = 0; a < 3; ++a) p[a] -= shift[a];
  }
}

// Keys' cubic convolution with a = -1/2 (Catmull-Rom).
std::array<float, 4> catmull_rom_weights(float t) {
  const float u = 1 - t;
  return {-0.5f * t * u * u, 1 + t * t * (1.5f * t - 2.5f), 1 + u * u * (1.5f * u - 2.5f), -0.5f * u * t * t};
}

float cubic_at(const float* block, const Index3& size, const std::array<float, 3>& p) {
  std::array<std::int64_t, 3> first;
  std::array<std::array<float, 4>, 3> w;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto whole = static_cast<std::int64_t>(p[a]);  // positions in a block are at least 1
    first[a] = whole - 1;
    w[a] = catmull_rom_weights(p[a] - static_cast<float>(whole));
  }
  const float* corner = block + (first[2] * size[1] + first[1]) * size[0] + first[0];
  std::array<float, 4> sum{};
  for (std::size_t z = 0; z < 4; ++z) {
    const float* row = corner + static_cast<std::int64_t>(z) * size[0] * size[1];
    for (std::size_t y = 0; y < 4; ++y, row += size[0]) {
      const float weight = w[2][z] * w[1][y];
      for (std::size_t x = 0; x < 4; ++x) sum[x] += weight * row[x];
    }
  }
  return w[0][0] * sum[0] + w[0][1] * sum[1] + (w[0][2] * sum[2] + w[0][3] * sum[3]);
}

// Calls use(corner, t) with the memory index of the lower neighbour and the fractions towards the upper one.
template <class Use>
auto at_corner(const Index3& size, const std::array<float, 3>& p, Use&& use) {
  Index3 first;
  std::array<float, 3> t;
  for (std::size_t a = 0; a < 3; ++a) {
    first[a] = static_cast<std::int64_t>(p[a]);
    t[a] = p[a] - static_cast<float>(first[a]);
  }
  return use((first[2] * size[1] + first[1]) * size[0] + first[0], t);
}

float linear_at(const float* block, const Index3& size, const std::array<float, 3>& p) {
  return at_corner(size, p, [&](std::int64_t corner, const std::array<float, 3>& t) {
    const auto line = [&](const float* v) { return v[0] + t[0] * (v[1] - v[0]); };
    const auto plane = [&](const float* v) {
      const float low = line(v);
      return low + t[1] * (line(v + size[0]) - low);
    };
    const float low = plane(block + corner);
    return low + t[2] * (plane(block + corner + size[0] * size[1]) - low);
  });
}

std::uint8_t class_at(const std::uint8_t* block, const Index3& size, const std::array<float, 3>& p) {
  return at_corner(size, p, [&](std::int64_t corner, const std::array<float, 3>& t) {
    std::array<std::uint8_t, 8> classes;
    std::array<float, 8> weights;
    for (std::size_t n = 0; n < 8; ++n) {
      const std::size_t x = n & 1, y = n >> 1 & 1, z = n >> 2;
      classes[n] = block[corner + static_cast<std::int64_t>(x) + (y ? size[0] : 0) + (z ? size[0] * size[1] : 0)];
      weights[n] = (x ? t[0] : 1 - t[0]) * (y ? t[1] : 1 - t[1]) * (z ? t[2] : 1 - t[2]);
    }
    return heaviest_class(classes, weights);
  });
}

template <class T>
void flip_voxels(std::span<T> values, const Index3& size, const std::array<bool, 3>& axes) {
  const auto nx = static_cast<std::ptrdiff_t>(size[0]), ny = static_cast<std::ptrdiff_t>(size[1]);
  const auto row = [&](std::int64_t y, std::int64_t z) { return values.begin() + (z * ny + y) * nx; };
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      if (axes[0]) std::reverse(row(y, z), row(y, z) + nx);
      if (axes[1] && y < size[1] / 2) std::swap_ranges(row(y, z), row(y, z) + nx, row(size[1] - 1 - y, z));
    }
  }
  for (std::int64_t z = 0; axes[2] && z < size[2] / 2; ++z) {
    std::swap_ranges(row(0, z), row(0, z) + nx * ny, row(0, size[2] - 1 - z));
  }
}

}  // namespace

SmoothField::SmoothField(const Index3& size, double spacing, Random& random) {
  double deviation = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    Axis& axis = axes_[a];
    for (std::int64_t i = 0; i < size[a]; ++i) {
      const double at = static_cast<double>(i) / spacing, floor = std::floor(at);
      axis.first.push_back(static_cast<std::int64_t>(floor));
      axis.weights.push_back(size[a] > 1 ? bspline_weights(at - floor) : std::array<float, 4>{1, 0, 0, 0});
    }
    axis.knots = axis.first.back() + 4;
    if (size[a] > 1) deviation *= std::sqrt(151.0 / 315);  // mean over a cell of the sum of squared weights
  }
  coefficients_.resize(static_cast<std::size_t>(axes_[0].knots * axes_[1].knots * axes_[2].knots));
  for (float& c : coefficients_) c = static_cast<float>(random.normal() / deviation);
  line_.resize(static_cast<std::size_t>(axes_[0].knots));
}

void SmoothField::row(std::int64_t y, std::int64_t z, std::span<float> out) {
  const auto iy = static_cast<std::size_t>(y), iz = static_cast<std::size_t>(z);
  std::fill(line_.begin(), line_.end(), 0.0f);
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t j = 0; j < 4; ++j) {
      const float weight = axes_[2].weights[iz][k] * axes_[1].weights[iy][j];
      const std::int64_t knot = (axes_[2].first[iz] + static_cast<std::int64_t>(k)) * axes_[1].knots +
                                axes_[1].first[iy] + static_cast<std::int64_t>(j);
      const float* from = coefficients_.data() + knot * axes_[0].knots;
      for (std::size_t i = 0; i < line_.size(); ++i) line_[i] += weight * from[i];
    }
  }
  for (std::size_t x = 0; x < out.size(); ++x) {
    const auto& w = axes_[0].weights[x];
    const float* from = line_.data() + axes_[0].first[x];
    out[x] = w[0] * from[0] + w[1] * from[1] + w[2] * from[2] + w[3] * from[3];
  }
}

Positions draw_positions(const Grid& grid, const Box& patch, const Augmentation& augmentation, Random& random) {
  Positions out;
  const auto [nx, ny, nz] = patch.size;
  const bool flat = nz == 1;
  const Mat3 matrix = draw_matrix(grid.spacing_mm, flat, augmentation, random, out.moved);
  const Strength elastic = draw(augmentation.elastic, random);
  out.moved = out.moved || elastic.happens;
  if (!out.moved) return out;

  GridMap map{matrix, {}};
  Vec3 middle;
  for (std::size_t a = 0; a < 3; ++a) middle[a] = static_cast<double>(patch.size[a] - 1) / 2;
  const Vec3 turned = map(middle[0], middle[1], middle[2]);
  for (std::size_t a = 0; a < 3; ++a) {
    map.offset[a] = static_cast<double>(patch.begin[a]) + middle[a] - turned[a];
  }
  out.at.reserve(static_cast<std::size_t>(nx * ny * nz));
  for (std::int64_t z = 0; z < nz; ++z) {
    for (std::int64_t y = 0; y < ny; ++y) {
      for (std::int64_t x = 0; x < nx; ++x) {
        const Vec3 p = map(static_cast<double>(x), static_cast<double>(y), static_cast<double>(z));
        out.at.push_back({static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2])});
      }
    }
  }
  for (std::size_t a = 0; elastic.happens && a < (flat ? 2u : 3u); ++a) {
    add_displacement(a, elastic.value, augmentation.elastic_spacing, patch.size, random, out);
  }
  enclose(out);
  return out;
}

Image at_positions(const Image& image, const Box& patch, const Positions& positions, bool cubic) {
  if (!positions.moved) return cropped(image, patch);
  const Image block = cropped(image, positions.block);
  Image out = blank_image(cropped(image.grid, patch), image.channels);
  for (int c = 0; c < image.channels; ++c) {
    const float* from = block.channel(c).data();
    const auto interpolate = cubic ? cubic_at : linear_at;
    std::transform(positions.at.begin(), positions.at.end(), out.channel(c).begin(),
                   [&](const auto& p) { return interpolate(from, positions.block.size, p); });
  }
  return out;
}

Labels at_positions(const Labels& labels, const Box& patch, const Positions& positions) {
  if (!positions.moved) return cropped(labels, patch);
  const Labels block = cropped(labels, positions.block);
  Labels out = blank_labels(cropped(labels.grid, patch));
  std::transform(positions.at.begin(), positions.at.end(), out.values.begin(),
                 [&](const auto& p) { return class_at(block.values.data(), positions.block.size, p); });
  return out;
}

void flip(Image& image, const std::array<bool, 3>& axes) {
  for (int c = 0; c < image.channels; ++c) flip_voxels(image.channel(c), image.grid.size, axes);
}

void flip(Labels& labels, const std::array<bool, 3>& axes) {
  flip_voxels(std::span(labels.values), labels.grid.size, axes);
}

}  // namespace galen
