#include "galen/prep/resample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "galen/base/error.h"
#include "galen/base/files.h"
#include "galen/base/threads.h"
#include "galen/prep/lattice.h"

namespace galen {
namespace {

constexpr std::int64_t values_per_piece = 1 << 18;  // less work than this stays on the calling thread
constexpr std::int64_t block_width = 64;            // interleaved lines that fit the first-level cache together

// One axis of a separable resampling: output k is the sum of `taps` neighbours from first[k] on.
struct AxisPlan {
  std::int64_t source, count = 0;
  bool spline;
  std::int64_t taps = 0;
  std::vector<std::int64_t> first;
  std::vector<float> weights;

  AxisPlan(std::int64_t source_size, bool is_spline) : source(source_size), spline(is_spline) {}
  std::int64_t line() const { return source + (spline ? 2 * spline_margin : 0); }

  void add(std::int64_t from, std::span<const float> w) {
    first.push_back(from);
    weights.insert(weights.end(), w.begin(), w.end());
    taps = static_cast<std::int64_t>(w.size());
    ++count;
  }
};

AxisPlan plan_axis(std::int64_t source, std::int64_t count, double scale, double offset, Interpolation interpolation) {
  AxisPlan plan(source, interpolation == Interpolation::cubic);
  for (std::int64_t k = 0; k < count; ++k) {
    const double position = scale * static_cast<double>(k) + offset;
    if (interpolation == Interpolation::cubic) {
      const auto taps = spline_taps(position, source);
      plan.add(taps.first, taps.weights);
    } else if (interpolation == Interpolation::linear && source > 1) {
      const auto taps = linear_taps(position, source);
      plan.add(taps.first, taps.weights);
    } else {
      const float one[] = {1.0f};
      plan.add(nearest_voxel(position, source), one);
    }
  }
  return plan;
}

// All the spline coefficients of an axis, margins included.
AxisPlan coefficients_axis(std::int64_t source) {
  AxisPlan plan(source, true);
  const float one[] = {1.0f};
  for (std::int64_t k = 0; k < plan.line(); ++k) plan.add(k, one);
  return plan;
}

bool is_identity(std::int64_t source, std::int64_t count, double scale, double offset) {
  return source == count && std::abs(scale - 1) * static_cast<double>(count) < 1e-6 && std::abs(offset) < 1e-6;
}

// Resamples a block of interleaved lines, stored as rows of `width`.
void apply_to_block(const AxisPlan& plan, const float* lines, std::int64_t width, float* out) {
  for (std::int64_t k = 0; k < plan.count; ++k) {
    float* to = out + k * width;
    const float* weights = plan.weights.data() + k * plan.taps;
    const float* from = lines + plan.first[static_cast<std::size_t>(k)] * width;
    for (std::int64_t i = 0; i < width; ++i) to[i] = weights[0] * from[i];
    for (std::int64_t t = 1; t < plan.taps; ++t) {
      from += width;
      for (std::int64_t i = 0; i < width; ++i) to[i] += weights[t] * from[i];
    }
  }
}

// Memory layout of the lines along an axis: sample k of line (group, column).
struct Lines {
  std::int64_t groups, columns;        // lines processed together are neighbouring columns
  std::int64_t group, column, sample;  // strides
};

Lines lines_of(std::int64_t outer, std::int64_t inner, std::int64_t samples) {
  if (inner == 1) return {1, outer, 0, samples, 1};
  return {outer, inner, samples * inner, 1, inner};
}

void copy_block(const float* from, std::int64_t from_row, std::int64_t from_column, float* to, std::int64_t to_row,
                std::int64_t to_column, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t k = 0; k < rows; ++k) {
    for (std::int64_t i = 0; i < columns; ++i) to[k * to_row + i * to_column] = from[k * from_row + i * from_column];
  }
}

// values [outer, source, inner] -> [outer, count, inner].
std::vector<float> along_axis(const std::vector<float>& values, std::int64_t outer, std::int64_t inner,
                              const AxisPlan& plan) {
  std::vector<float> out(static_cast<std::size_t>(outer * plan.count * inner));
  const Lines from = lines_of(outer, inner, plan.source), to = lines_of(outer, inner, plan.count);
  const std::int64_t blocks = (from.columns + block_width - 1) / block_width;
  const std::int64_t block_values = std::min(from.columns, block_width) * std::max(plan.line(), plan.count);
  const auto grain = static_cast<std::size_t>(std::max<std::int64_t>(1, values_per_piece / block_values));
  parallel_for(static_cast<std::size_t>(from.groups * blocks), grain, [&](std::size_t begin, std::size_t end) {
    std::vector<float> lines(static_cast<std::size_t>(plan.line() * block_width));
    std::vector<float> results(static_cast<std::size_t>(plan.count * block_width));
    for (auto unit = static_cast<std::int64_t>(begin); unit < static_cast<std::int64_t>(end); ++unit) {
      const std::int64_t group = unit / blocks, column = unit % blocks * block_width;
      const std::int64_t width = std::min(block_width, from.columns - column);
      copy_block(values.data() + group * from.group + column * from.column, from.sample, from.column,
                 lines.data() + (plan.spline ? spline_margin * width : 0), width, 1, plan.source, width);
      if (plan.spline) spline_coefficients(lines.data(), plan.source, width);
      apply_to_block(plan, lines.data(), width, results.data());
      copy_block(results.data(), width, 1, out.data() + group * to.group + column * to.column, to.sample, to.column,
                 plan.count, width);
    }
  });
  return out;
}

using Methods = std::array<Interpolation, 3>;

// One channel, axis by axis; axes that shrink most come first.
std::vector<float> resample_separably(std::vector<float> values, Index3 size, const Grid& target, const GridMap& map,
                                      const Methods& methods) {
  std::array<std::size_t, 3> order{0, 1, 2};
  const auto growth = [&](std::size_t a) { return static_cast<double>(target.size[a]) / static_cast<double>(size[a]); };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return growth(a) < growth(b); });
  for (const std::size_t a : order) {
    if (is_identity(size[a], target.size[a], map.matrix[a][a], map.offset[a])) continue;
    const AxisPlan plan = plan_axis(size[a], target.size[a], map.matrix[a][a], map.offset[a], methods[a]);
    const std::int64_t inner = a == 0 ? 1 : a == 1 ? size[0] : size[0] * size[1];
    const std::int64_t outer = a == 2 ? 1 : a == 1 ? size[2] : size[1] * size[2];
    values = along_axis(values, outer, inner, plan);
    size[a] = target.size[a];
  }
  return values;
}

// The weighted sum of K x K x K neighbours.
template <int K>
float gather(const float* values, const std::array<Taps<K>, 3>& taps, const Index3& stride, const Index3& step) {
  const float* corner = values;
  for (std::size_t a = 0; a < 3; ++a) corner += taps[a].first * stride[a];
  float sum = 0;
  for (std::size_t z = 0; z < K; ++z) {
    float plane = 0;
    for (std::size_t y = 0; y < K; ++y) {
      const float* row = corner + static_cast<std::int64_t>(z) * step[2] + static_cast<std::int64_t>(y) * step[1];
      float line = 0;
      for (std::size_t x = 0; x < K; ++x) line += taps[0].weights[x] * row[static_cast<std::int64_t>(x) * step[0]];
      plane += taps[1].weights[y] * line;
    }
    sum += taps[2].weights[z] * plane;
  }
  return sum;
}

// Point by point, for axes that are not parallel. values: the channel's voxels, or its spline coefficients.
template <int K>
void resample_points(const std::vector<float>& values, const Index3& size, const Index3& line, const Grid& target,
                     const GridMap& map, const Methods& methods, std::span<float> out) {
  const Index3 stride{1, line[0], line[0] * line[1]};
  Index3 step = stride;
  if constexpr (K == 2) {
    for (std::size_t a = 0; a < 3; ++a) step[a] = tap_step(size[a], stride[a]);
  }
  const auto [nx, ny, nz] = target.size;
  parallel_for(static_cast<std::size_t>(ny * nz), 64, [&, nx = nx, ny = ny](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      const auto y = static_cast<std::int64_t>(r) % ny, z = static_cast<std::int64_t>(r) / ny;
      for (std::int64_t x = 0; x < nx; ++x) {
        const Vec3 p = map(static_cast<double>(x), static_cast<double>(y), static_cast<double>(z));
        std::array<Taps<K>, 3> taps;
        for (std::size_t a = 0; a < 3; ++a) {
          const bool snap = methods[a] == Interpolation::nearest;
          const double at = snap ? static_cast<double>(nearest_voxel(p[a], size[a])) : p[a];
          if constexpr (K == 4) {
            taps[a] = spline_taps(at, size[a]);
          } else {
            taps[a] = linear_taps(at, size[a]);
          }
        }
        out[r * static_cast<std::size_t>(nx) + static_cast<std::size_t>(x)] =
            gather<K>(values.data(), taps, stride, step);
      }
    }
  });
}

void resample_obliquely(std::vector<float> values, const Index3& size, const Grid& target, const GridMap& map,
                        Interpolation interpolation, const Methods& methods, std::span<float> out) {
  if (interpolation != Interpolation::cubic) {
    resample_points<2>(values, size, size, target, map, methods, out);
    return;
  }
  values = along_axis(values, size[1] * size[2], 1, coefficients_axis(size[0]));
  const Index3 line{size[0] + 2 * spline_margin, size[1] + 2 * spline_margin, size[2] + 2 * spline_margin};
  values = along_axis(values, size[2], line[0], coefficients_axis(size[1]));
  values = along_axis(values, 1, line[0] * line[1], coefficients_axis(size[2]));
  resample_points<4>(values, size, line, target, map, methods, out);
}

// The single axis of greatest spacing, if its ratio to the least exceeds nnU-Net's threshold of 3; -1: none.
int coarse_axis_of(const Grid& grid) {
  const Vec3& s = grid.spacing_mm;
  const auto most = std::max_element(s.begin(), s.end());
  if (*most <= 3 * *std::min_element(s.begin(), s.end())) return -1;
  const auto equals = std::count_if(s.begin(), s.end(), [&](double v) { return v > *most * (1 - 1e-6); });
  return equals == 1 ? static_cast<int>(most - s.begin()) : -1;
}

}  // namespace

Grid grid_with_spacing(const Grid& grid, const Vec3& spacing_mm) {
  Grid out = grid;
  Vec3 first{};  // centre of the new first voxel, in old voxels
  double voxels = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    if (!(spacing_mm[a] > 0)) throw Error("spacing", "is not positive", fmt::format("{} mm", spacing_mm[a]));
    const double extent = static_cast<double>(grid.size[a]) * grid.spacing_mm[a];
    voxels *= std::max(1.0, std::round(extent / spacing_mm[a]));
    if (!(voxels <= static_cast<double>(Limits{}.max_elements))) {
      throw Error("image", fmt::format("has too many voxels {:.3g} mm apart", spacing_mm[a]),
                  fmt::format("it covers {:.0f} mm along {}", extent, "xyz"[a]),
                  "check the spacing in its header, or take a region of it");
    }
    out.size[a] = std::max<std::int64_t>(1, std::llround(extent / spacing_mm[a]));
    out.spacing_mm[a] = extent / static_cast<double>(out.size[a]);
    first[a] = 0.5 * out.spacing_mm[a] / grid.spacing_mm[a] - 0.5;
  }
  out.origin_mm = grid.to_world(first);
  return out;
}

int coarse_axis(const Grid& source, const Grid& target) {
  const int axis = coarse_axis_of(source);
  return axis >= 0 ? axis : coarse_axis_of(target);
}

Image resampled(const Image& image, const Grid& target, Interpolation interpolation, bool anisotropic_nearest_z) {
  const GridMap map = map_between(target, image.grid);
  Methods methods{interpolation, interpolation, interpolation};
  const int coarse = anisotropic_nearest_z ? coarse_axis(image.grid, target) : -1;
  if (coarse >= 0) methods[static_cast<std::size_t>(coarse)] = Interpolation::nearest;
  Image out = blank_image(target, image.channels);
  const bool aligned = is_axis_aligned(map, target);
  for (int c = 0; c < image.channels; ++c) {
    const auto channel = image.channel(c);
    std::vector<float> values(channel.begin(), channel.end());
    if (aligned) {
      values = resample_separably(std::move(values), image.grid.size, target, map, methods);
      std::copy(values.begin(), values.end(), out.channel(c).begin());
    } else {
      resample_obliquely(std::move(values), image.grid.size, target, map, interpolation, methods, out.channel(c));
    }
  }
  return out;
}

}  // namespace galen
