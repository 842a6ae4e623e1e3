#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "galen/base/error.h"
#include "galen/base/threads.h"
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

// One slice of scores interpolated along z, then rows along y, then points along x.
class SliceReader {
 public:
  SliceReader(const Image& scores, const Grid& target, const GridMap& map) : scores_(scores), map_(map) {
    for (std::int64_t x = 0; x < target.size[0]; ++x) {
      x_.push_back(linear_taps(map.matrix[0][0] * static_cast<double>(x) + map.offset[0], scores.grid.size[0]));
    }
    slice_.resize(static_cast<std::size_t>(scores.grid.size[0] * scores.grid.size[1]));
    row_.resize(static_cast<std::size_t>(scores.grid.size[0] + 1));  // one more: the second tap of a line of one
  }

  void take(int c, std::int64_t z) {
    const auto taps = linear_taps(map_.matrix[2][2] * static_cast<double>(z) + map_.offset[2], scores_.grid.size[2]);
    const auto stride = static_cast<std::int64_t>(slice_.size());
    const float* low = scores_.channel(c).data() + taps.first * stride;
    blend(taps.weights, low, low + tap_step(scores_.grid.size[2], stride), slice_.size(), slice_.data());
  }

  // Raises best and label where this class scores more along row y of the slice taken.
  void compete(std::uint8_t label, std::int64_t y, float* best, std::uint8_t* labels) {
    const auto taps = linear_taps(map_.matrix[1][1] * static_cast<double>(y) + map_.offset[1], scores_.grid.size[1]);
    const std::int64_t stride = scores_.grid.size[0];
    const float* low = slice_.data() + taps.first * stride;
    blend(taps.weights, low, low + tap_step(scores_.grid.size[1], stride), static_cast<std::size_t>(stride),
          row_.data());
    for (std::size_t x = 0; x < x_.size(); ++x) {
      const float* at = row_.data() + x_[x].first;
      const float score = x_[x].weights[0] * at[0] + x_[x].weights[1] * at[1];
      const bool more = score > best[x];
      best[x] = more ? score : best[x];
      labels[x] = more ? label : labels[x];
    }
  }

 private:
  static void blend(const std::array<float, 2>& w, const float* a, const float* b, std::size_t n, float* out) {
    for (std::size_t i = 0; i < n; ++i) out[i] = w[0] * a[i] + w[1] * b[i];
  }

  const Image& scores_;
  const GridMap& map_;
  std::vector<Taps<2>> x_;
  std::vector<float> slice_, row_;
};

void argmax_aligned(const Image& scores, const GridMap& map, Labels& out) {
  const auto [nx, ny, nz] = out.grid.size;
  const auto area = static_cast<std::size_t>(nx * ny);
  parallel_for(static_cast<std::size_t>(nz), 1, [&, nx = nx, ny = ny](std::size_t begin, std::size_t end) {
    SliceReader reader(scores, out.grid, map);
    std::vector<float> best(area);
    for (std::size_t z = begin; z < end; ++z) {
      std::fill(best.begin(), best.end(), -std::numeric_limits<float>::infinity());
      for (int c = 0; c < scores.channels; ++c) {
        reader.take(c, static_cast<std::int64_t>(z));
        for (std::int64_t y = 0; y < ny; ++y) {
          reader.compete(static_cast<std::uint8_t>(c), y, best.data() + y * nx,
                         out.values.data() + z * area + static_cast<std::size_t>(y * nx));
        }
      }
    }
  });
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
    out.values[index] = heaviest_class(classes, weights);
  });
  return out;
}

Labels argmax_resampled(const Image& scores, const Grid& target) {
  if (scores.channels > 256) throw defect("argmax_resampled", fmt::format("{} classes", scores.channels));
  const GridMap map = map_between(target, scores.grid);
  Labels out = blank_labels(target);
  if (is_axis_aligned(map, target)) {
    argmax_aligned(scores, map, out);
    return out;
  }
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

}  // namespace galen
