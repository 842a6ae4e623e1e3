#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "galen/base/error.h"
#include "galen/base/threads.h"
#include "galen/prep/argmax_resampler.h"
#include "galen/prep/lattice.h"
#include "galen/prep/resample.h"

namespace galen {
namespace {

using LinearTaps = std::array<Taps<2>, 3>;

LinearTaps linear_taps_at(const Vec3& p, const Index3& size) {
  return {linear_taps(p[0], size[0]), linear_taps(p[1], size[1]), linear_taps(p[2], size[2])};
}

// Calls visit(voxel, weight) for the eight neighbours.
template <class Visit>
void visit_neighbours(const LinearTaps& taps, const Index3& size, Visit&& visit) {
  const Index3 stride{1, size[0], size[0] * size[1]};
  Index3 step;
  for (std::size_t a = 0; a < 3; ++a) step[a] = tap_step(size[a], stride[a]);
  const std::int64_t corner = taps[0].first + taps[1].first * stride[1] + taps[2].first * stride[2];
  for (std::size_t n = 0; n < 8; ++n) {
    const std::size_t x = n & 1, y = n >> 1 & 1, z = n >> 2;
    visit(static_cast<std::size_t>(corner + (x ? step[0] : 0) + (y ? step[1] : 0) + (z ? step[2] : 0)),
          taps[0].weights[x] * taps[1].weights[y] * taps[2].weights[z]);
  }
}

// Calls body(x, y, z, index) for each voxel of the target, on all threads.
template <class Body>
void for_each_voxel(const Grid& target, Body&& body) {
  const auto [nx, ny, nz] = target.size;
  parallel_for(static_cast<std::size_t>(ny * nz), 256, [&, nx = nx, ny = ny](std::size_t begin, std::size_t end) {
    for (auto row = static_cast<std::int64_t>(begin); row < static_cast<std::int64_t>(end); ++row) {
      for (std::int64_t x = 0; x < nx; ++x) body(x, row % ny, row / ny, static_cast<std::size_t>(row * nx + x));
    }
  });
}

Labels argmax_by_slice(const Image& scores, const Grid& target) {
  ArgmaxResampler resampler(scores.channels, scores.grid, target);
  const auto area = static_cast<std::size_t>(scores.grid.size[0] * scores.grid.size[1]);
  std::vector<float> slice(area * static_cast<std::size_t>(scores.channels));
  for (std::int64_t z = 0; z < scores.grid.size[2]; ++z) {
    for (int c = 0; c < scores.channels; ++c) {
      const auto from = scores.channel(c).subspan(static_cast<std::size_t>(z) * area, area);
      std::copy(from.begin(), from.end(), slice.data() + static_cast<std::size_t>(c) * area);
    }
    resampler.add(z, slice);
  }
  return std::move(resampler).labels();
}

Labels argmax_by_point(const Image& scores, const Grid& target, const GridMap& map) {
  Labels out = blank_labels(target);
  for_each_voxel(target, [&](std::int64_t x, std::int64_t y, std::int64_t z, std::size_t index) {
    const Vec3 p = map(static_cast<double>(x), static_cast<double>(y), static_cast<double>(z));
    const LinearTaps taps = linear_taps_at(p, scores.grid.size);
    float best = -std::numeric_limits<float>::infinity();
    for (int c = 0; c < scores.channels; ++c) {
      const auto channel = scores.channel(c);
      float score = 0;
      visit_neighbours(taps, scores.grid.size,
                       [&](std::size_t voxel, float weight) { score += weight * channel[voxel]; });
      if (score > best) {
        best = score;
        out.values[index] = static_cast<std::uint8_t>(c);
      }
    }
  });
  return out;
}

}  // namespace

Labels resampled(const Labels& labels, const Grid& target) {
  const GridMap map = map_between(target, labels.grid);
  Labels out = blank_labels(target);
  for_each_voxel(target, [&](std::int64_t x, std::int64_t y, std::int64_t z, std::size_t index) {
    const Vec3 p = map(static_cast<double>(x), static_cast<double>(y), static_cast<double>(z));
    std::array<std::uint8_t, 8> classes;
    std::array<float, 8> weights;
    std::size_t n = 0;
    visit_neighbours(linear_taps_at(p, labels.grid.size), labels.grid.size, [&](std::size_t voxel, float weight) {
      classes[n] = labels.values[voxel];
      weights[n++] = weight;
    });
    out.values[index] = heaviest_or_nearest_class(classes, weights);
  });
  return out;
}

Labels argmax_resampled(const Image& scores, const Grid& target) {
  if (scores.channels > 256) throw defect("argmax_resampled", fmt::format("{} classes", scores.channels));
  const GridMap map = map_between(target, scores.grid);
  return is_axis_aligned(map, target) ? argmax_by_slice(scores, target) : argmax_by_point(scores, target, map);
}

}  // namespace galen
