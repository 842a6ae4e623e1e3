#include "galen/prep/sliding_window.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "galen/base/error.h"

namespace galen {

std::vector<std::int64_t> tile_starts(std::int64_t size, std::int64_t patch, double step) {
  if (!(step > 0 && step <= 1)) throw defect("tile_starts", fmt::format("step {}", step));
  const std::int64_t room = size - patch;
  if (room <= 0) return {-(-room / 2)};
  const double longest = std::max(1.0, static_cast<double>(patch) * step);
  const auto gaps = static_cast<std::int64_t>(std::ceil(static_cast<double>(room) / longest));
  std::vector<std::int64_t> starts;
  for (std::int64_t i = 0; i <= gaps; ++i) starts.push_back((i * room + gaps / 2) / gaps);
  return starts;
}

std::vector<Box> tiles(const Index3& size, const Index3& patch, double step) {
  std::vector<Box> out;
  for (const std::int64_t z : tile_starts(size[2], patch[2], step)) {
    for (const std::int64_t y : tile_starts(size[1], patch[1], step)) {
      for (const std::int64_t x : tile_starts(size[0], patch[0], step)) out.push_back({{x, y, z}, patch});
    }
  }
  return out;
}

std::vector<float> gaussian_importance(const Index3& patch, double sigma) {
  std::array<std::vector<double>, 3> axes;
  for (std::size_t a = 0; a < 3; ++a) {
    const double middle = static_cast<double>(patch[a] - 1) / 2, width = sigma * static_cast<double>(patch[a]);
    for (std::int64_t i = 0; i < patch[a]; ++i) {
      const double d = (static_cast<double>(i) - middle) / width;
      axes[a].push_back(std::exp(-d * d / 2));
    }
    const double greatest = *std::max_element(axes[a].begin(), axes[a].end());
    for (double& v : axes[a]) v /= greatest;
  }
  std::vector<float> out;
  out.reserve(static_cast<std::size_t>(patch[0] * patch[1] * patch[2]));
  for (const double z : axes[2]) {
    for (const double y : axes[1]) {
      for (const double x : axes[0]) out.push_back(static_cast<float>(x * y * z));
    }
  }
  return out;
}

Accumulator::Accumulator(int classes, const Index3& size, const Index3& patch, SliceSink sink, double sigma)
    : classes_(classes),
      size_(size),
      patch_(patch),
      sink_(std::move(sink)),
      importance_(gaussian_importance(patch, sigma)),
      depth_(std::min(size[2], patch[2])),
      sums_(static_cast<std::size_t>(classes * depth_ * size[0] * size[1])),
      weights_(static_cast<std::size_t>(depth_ * size[0] * size[1])) {}

void Accumulator::add(std::span<const float> scores, const Index3& begin) {
  if (scores.size() != importance_.size() * static_cast<std::size_t>(classes_)) {
    throw defect("accumulator", "the scores are not of one patch");
  }
  emit_below(std::min(begin[2], size_[2]));
  Index3 from, to;  // the part inside the image, in the tile's voxels
  for (std::size_t a = 0; a < 3; ++a) {
    from[a] = std::clamp<std::int64_t>(-begin[a], 0, patch_[a]);
    to[a] = std::clamp<std::int64_t>(size_[a] - begin[a], from[a], patch_[a]);
  }
  if (begin[2] + from[2] < next_) throw defect("accumulator", "a tile begins before a slice that is finished");
  const std::int64_t area = size_[0] * size_[1], tile_voxels = patch_[0] * patch_[1] * patch_[2];
  const auto blend = [&](std::int64_t tile_row, std::int64_t ring_slice, std::int64_t row) {
    const float* importance = importance_.data() + tile_row;
    float* weights = weights_.data() + ring_slice * area + row;
    for (std::int64_t x = from[0]; x < to[0]; ++x) weights[x] += importance[x];
    for (std::int64_t c = 0; c < classes_; ++c) {
      const float* values = scores.data() + c * tile_voxels + tile_row;
      float* sums = sums_.data() + (ring_slice * classes_ + c) * area + row;
      for (std::int64_t x = from[0]; x < to[0]; ++x) sums[x] += importance[x] * values[x];
    }
  };
  for (std::int64_t z = from[2]; z < to[2]; ++z) {
    for (std::int64_t y = from[1]; y < to[1]; ++y) {
      blend((z * patch_[1] + y) * patch_[0], (begin[2] + z) % depth_, (begin[1] + y) * size_[0] + begin[0]);
    }
  }
}

void Accumulator::emit_below(std::int64_t z) {
  while (next_ < z) emit(next_++);
}

void Accumulator::emit(std::int64_t z) {
  const std::int64_t area = size_[0] * size_[1], slice = z % depth_;
  const auto weights =
      std::span(weights_).subspan(static_cast<std::size_t>(slice * area), static_cast<std::size_t>(area));
  const auto sums = std::span(sums_).subspan(static_cast<std::size_t>(slice * classes_ * area),
                                             static_cast<std::size_t>(classes_ * area));
  if (std::any_of(weights.begin(), weights.end(), [](float w) { return !(w > 0); })) {
    throw defect("accumulator", fmt::format("no tile covers all of slice {}", z));
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] /= weights[i % weights.size()];
  sink_(z, sums);
  std::fill(sums.begin(), sums.end(), 0.0f);
  std::fill(weights.begin(), weights.end(), 0.0f);
}

void Accumulator::finish() {
  emit_below(size_[2]);
}

SliceSink collect_into(Image& scores) {
  return [&scores](std::int64_t z, std::span<const float> slice) {
    const auto area = static_cast<std::size_t>(scores.grid.size[0] * scores.grid.size[1]);
    for (int c = 0; c < scores.channels; ++c) {
      std::copy_n(slice.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(c) * area), area,
                  scores.channel(c).begin() + z * static_cast<std::ptrdiff_t>(area));
    }
  };
}

}  // namespace galen
