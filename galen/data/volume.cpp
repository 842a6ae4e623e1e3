#include "galen/data/volume.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "galen/base/error.h"

namespace galen {
namespace {

double determinant(const Mat3& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/// Solves m x = v by Cramer's rule; m is not singular.
Vec3 solve(const Mat3& m, const Vec3& v) {
  const double whole = determinant(m);
  Vec3 x;
  for (std::size_t column = 0; column < 3; ++column) {
    Mat3 replaced = m;
    for (std::size_t row = 0; row < 3; ++row) replaced[row][column] = v[row];
    x[column] = determinant(replaced) / whole;
  }
  return x;
}

/// For every voxel axis, the world axis (0 x, 1 y, 2 z) that it runs along: the assignment with the largest sum of
/// cosines, so that each world axis is taken once even for oblique grids.
std::array<std::size_t, 3> world_axes(const Grid& grid) {
  std::array<std::size_t, 3> axes = {0, 1, 2}, best = axes;
  double best_sum = -1;
  do {
    double sum = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) sum += std::abs(grid.direction[axes[axis]][axis]);
    if (sum > best_sum + 1e-12) {
      best_sum = sum;
      best = axes;
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
  return best;
}

constexpr std::array<char, 3> towards = {'L', 'P', 'S'}, away = {'R', 'A', 'I'};

/// A voxel axis of the result: the source axis that it runs along, and whether it is reversed.
struct AxisChoice {
  std::size_t source = 0;
  bool backwards = false;
};

std::array<AxisChoice, 3> choose_axes(const Grid& grid, const std::string& letters) {
  const Error wrong("orientation " + letters, "is not three letters, one of each of LR, AP and SI", {},
                    "write it like LPS or RAS", Fault::usage);
  if (letters.size() != 3) throw wrong;
  const auto along = world_axes(grid);
  std::array<AxisChoice, 3> choices;
  std::array<bool, 3> taken{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto up = std::find(towards.begin(), towards.end(), letters[axis]);
    const auto down = std::find(away.begin(), away.end(), letters[axis]);
    if (up == towards.end() && down == away.end()) throw wrong;
    const bool wants_up = up != towards.end();
    const auto world = static_cast<std::size_t>(wants_up ? up - towards.begin() : down - away.begin());
    if (std::exchange(taken[world], true)) throw wrong;
    const auto source = static_cast<std::size_t>(std::find(along.begin(), along.end(), world) - along.begin());
    choices[axis] = {source, (grid.direction[world][source] >= 0) != wants_up};
  }
  return choices;
}

/// How to copy a box of voxels between two arrays; steps and offsets are in voxels.
struct Walk {
  Index3 size{}, step_from{}, step_to{};
  std::int64_t from = 0, to = 0;
};

template <std::size_t Bytes_>
void copy_voxels(const Walk& walk, const std::byte* source, std::byte* target) {
  for (std::int64_t z = 0; z < walk.size[2]; ++z) {
    for (std::int64_t y = 0; y < walk.size[1]; ++y) {
      const std::byte* in = source + (walk.from + z * walk.step_from[2] + y * walk.step_from[1]) * Bytes_;
      std::byte* out = target + (walk.to + z * walk.step_to[2] + y * walk.step_to[1]) * Bytes_;
      for (std::int64_t x = 0; x < walk.size[0]; ++x) {
        std::copy_n(in, Bytes_, out);
        in += walk.step_from[0] * static_cast<std::int64_t>(Bytes_);
        out += walk.step_to[0] * static_cast<std::int64_t>(Bytes_);
      }
    }
  }
}

/// Copies voxels of any size, in units of 8, 4, 2 or 1 bytes.
void copy_box(Walk walk, std::size_t voxel_bytes, const std::byte* source, std::byte* target) {
  const std::size_t unit = voxel_bytes % 8 == 0 ? 8 : voxel_bytes % 4 == 0 ? 4 : voxel_bytes % 2 == 0 ? 2 : 1;
  const auto units = static_cast<std::int64_t>(voxel_bytes / unit);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    walk.step_from[axis] *= units;
    walk.step_to[axis] *= units;
  }
  walk.from *= units;
  walk.to *= units;
  for (std::int64_t k = 0; k < units; ++k, ++walk.from, ++walk.to) {
    switch (unit) {
      case 8:
        copy_voxels<8>(walk, source, target);
        break;
      case 4:
        copy_voxels<4>(walk, source, target);
        break;
      case 2:
        copy_voxels<2>(walk, source, target);
        break;
      default:
        copy_voxels<1>(walk, source, target);
    }
  }
}

Index3 strides(const Index3& size) {
  return {1, size[0], size[0] * size[1]};
}

/// A volume of zeros with another grid and all other properties of this one.
Volume like(const Volume& volume, const Grid& grid) {
  Volume out(grid, volume.type, volume.components, volume.frames);
  out.frame_seconds = volume.frame_seconds;
  out.slope = volume.slope;
  out.intercept = volume.intercept;
  out.modality = volume.modality;
  out.remarks = volume.remarks;
  return out;
}

std::size_t voxel_bytes(const Volume& volume) {
  return size_of(volume.type) * static_cast<std::size_t>(volume.components);
}

/// Sets every value so that the quantity is fill, rounded and clamped to the stored type.
void fill_with(Volume& volume, double fill) {
  const double stored = (fill - volume.intercept) / volume.slope;
  visit_scalar(volume.type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!std::is_same_v<T, bool>) {
      T value = static_cast<T>(0);
      if constexpr (std::is_floating_point_v<T>) {
        value = static_cast<T>(stored);
      } else if (!std::isnan(stored)) {
        const double low = static_cast<double>(std::numeric_limits<T>::lowest());
        const double high = static_cast<double>(std::numeric_limits<T>::max());
        value = stored <= low    ? std::numeric_limits<T>::lowest()
                : stored >= high ? std::numeric_limits<T>::max()
                                 : static_cast<T>(std::llround(stored));
      }
      std::ranges::fill(volume.values<T>(), value);
    }
  });
}

template <class Out>
std::vector<Out> quantity(const Volume& volume) {
  std::vector<Out> out(static_cast<std::size_t>(volume.value_count()));
  visit_scalar(volume.type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!std::is_same_v<T, bool>) {
      const auto stored = volume.values<T>();
      if (volume.slope == 1 && volume.intercept == 0) {
        std::transform(stored.begin(), stored.end(), out.begin(), [](T v) { return static_cast<Out>(v); });
      } else {
        const double slope = volume.slope, intercept = volume.intercept;
        std::transform(stored.begin(), stored.end(), out.begin(),
                       [=](T v) { return static_cast<Out>(static_cast<double>(v) * slope + intercept); });
      }
    }
  });
  return out;
}

}  // namespace

double Grid::voxel_volume_ml() const {
  constexpr double ml_per_mm3 = 1e-3;
  return spacing_mm[0] * spacing_mm[1] * spacing_mm[2] * std::abs(determinant(direction)) * ml_per_mm3;
}

Vec3 Grid::to_world(const Vec3& voxel) const {
  Vec3 world = origin_mm;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis) world[row] += direction[row][axis] * spacing_mm[axis] * voxel[axis];
  }
  return world;
}

Vec3 Grid::to_voxel(const Vec3& world_mm) const {
  Vec3 offset;
  for (std::size_t row = 0; row < 3; ++row) offset[row] = world_mm[row] - origin_mm[row];
  Vec3 voxel = solve(direction, offset);
  for (std::size_t axis = 0; axis < 3; ++axis) voxel[axis] /= spacing_mm[axis];
  return voxel;
}

double Grid::farthest_corner(const Grid& other) const {
  double farthest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 voxel;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      voxel[axis] = (corner >> axis & 1) != 0 ? static_cast<double>(size[axis] - 1) : 0.0;
    }
    const Vec3 there = to_voxel(other.to_world(voxel));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double apart = std::abs(there[axis] - voxel[axis]);
      if (std::isnan(apart)) return std::numeric_limits<double>::infinity();
      farthest = std::max(farthest, apart);
    }
  }
  return farthest;
}

bool Grid::matches(const Grid& other, double tolerance_voxels) const {
  return size == other.size && farthest_corner(other) <= tolerance_voxels;
}

std::string Grid::orientation() const {
  const auto along = world_axes(*this);
  std::string letters;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    letters += direction[along[axis]][axis] >= 0 ? towards[along[axis]] : away[along[axis]];
  }
  return letters;
}

Volume::Volume(Grid grid_, Scalar type_, int components_, std::int64_t frames_)
    : grid(std::move(grid_)), frames(frames_), components(components_), type(type_) {
  if (type == Scalar::f16 || type == Scalar::bf16 || type == Scalar::boolean) {
    throw defect("volume", fmt::format("cannot hold voxels of type {}", name_of(type)));
  }
  voxels.resize(static_cast<std::size_t>(value_count()) * size_of(type));
}

void Volume::require(Scalar asked) const {
  if (asked != type) {
    throw defect("volume", fmt::format("holds {}, read as {}", name_of(type), name_of(asked)));
  }
}

std::vector<float> Volume::as_f32() const {
  return quantity<float>(*this);
}
std::vector<double> Volume::as_f64() const {
  return quantity<double>(*this);
}

Volume reoriented(const Volume& volume, const std::string& letters) {
  const auto choices = choose_axes(volume.grid, letters);
  Grid grid = volume.grid;
  Walk walk;
  Vec3 first{};  // the source voxel that becomes (0, 0, 0)
  const Index3 from_steps = strides(volume.grid.size);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto [source, backwards] = choices[axis];
    const std::int64_t last = volume.grid.size[source] - 1;
    grid.size[axis] = volume.grid.size[source];
    grid.spacing_mm[axis] = volume.grid.spacing_mm[source];
    for (std::size_t row = 0; row < 3; ++row) {
      grid.direction[row][axis] = volume.grid.direction[row][source] * (backwards ? -1 : 1);
    }
    first[source] = backwards ? static_cast<double>(last) : 0.0;
    walk.step_from[axis] = backwards ? -from_steps[source] : from_steps[source];
    walk.from += backwards ? last * from_steps[source] : 0;
  }
  grid.origin_mm = volume.grid.to_world(first);
  walk.size = grid.size;
  walk.step_to = strides(grid.size);
  Volume out = like(volume, grid);
  const std::size_t frame = static_cast<std::size_t>(grid.voxel_count()) * voxel_bytes(volume);
  for (std::size_t t = 0; t < static_cast<std::size_t>(volume.frames); ++t) {
    copy_box(walk, voxel_bytes(volume), volume.voxels.data() + t * frame, out.voxels.data() + t * frame);
  }
  return out;
}

Volume cropped(const Volume& volume, const Index3& begin, const Index3& size, double fill) {
  Grid grid = volume.grid;
  grid.size = size;
  Vec3 corner;
  Walk walk;
  const Index3 from_steps = strides(volume.grid.size), to_steps = strides(size);
  walk.step_from = from_steps;
  walk.step_to = to_steps;
  bool inside = true;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (size[axis] < 1) throw defect("cropped", fmt::format("a box of {} voxels along axis {}", size[axis], axis));
    corner[axis] = static_cast<double>(begin[axis]);
    const std::int64_t low = std::max<std::int64_t>(begin[axis], 0);
    const std::int64_t high = std::min(begin[axis] + size[axis], volume.grid.size[axis]);
    inside = inside && low == begin[axis] && high == begin[axis] + size[axis];
    walk.size[axis] = std::max<std::int64_t>(high - low, 0);
    walk.from += low * from_steps[axis];
    walk.to += (low - begin[axis]) * to_steps[axis];
  }
  grid.origin_mm = volume.grid.to_world(corner);
  Volume out = like(volume, grid);
  if (!inside) fill_with(out, fill);
  if (walk.size[0] * walk.size[1] * walk.size[2] == 0) return out;
  const std::size_t from_frame = static_cast<std::size_t>(volume.grid.voxel_count()) * voxel_bytes(volume);
  const std::size_t to_frame = static_cast<std::size_t>(grid.voxel_count()) * voxel_bytes(volume);
  for (std::size_t t = 0; t < static_cast<std::size_t>(volume.frames); ++t) {
    copy_box(walk, voxel_bytes(volume), volume.voxels.data() + t * from_frame, out.voxels.data() + t * to_frame);
  }
  return out;
}

}  // namespace galen
