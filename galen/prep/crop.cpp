#include "galen/prep/crop.h"

#include <algorithm>

namespace galen {
namespace {

bool is_foreground(const Image& image, std::size_t voxel) {
  for (int c = 0; c < image.channels; ++c) {
    if (image.channel(c)[voxel] != 0) return true;
  }
  return false;
}

// Copies the overlap of the box with `from` (the whole image) into `to` (the box, initially zeros).
template <class T>
void cut(std::span<const T> from, const Index3& extent, const Box& box, std::span<T> to) {
  Index3 begin, end;  // in the box's voxels
  for (std::size_t a = 0; a < 3; ++a) {
    begin[a] = std::clamp<std::int64_t>(-box.begin[a], 0, box.size[a]);
    end[a] = std::clamp<std::int64_t>(extent[a] - box.begin[a], begin[a], box.size[a]);
  }
  if (begin[0] == end[0]) return;
  for (std::int64_t z = begin[2]; z < end[2]; ++z) {
    for (std::int64_t y = begin[1]; y < end[1]; ++y) {
      const std::int64_t line = ((box.begin[2] + z) * extent[1] + box.begin[1] + y) * extent[0] + box.begin[0];
      const std::int64_t row = (z * box.size[1] + y) * box.size[0];
      const T* const first = from.data() + (line + begin[0]);
      std::copy(first, first + (end[0] - begin[0]), to.data() + (row + begin[0]));
    }
  }
}

}  // namespace

Box whole(const Grid& grid) {
  return {{0, 0, 0}, grid.size};
}

Box foreground_box(const Image& image) {
  const Grid& grid = image.grid;
  Index3 low = grid.size, high{-1, -1, -1};
  std::size_t i = 0;
  for (std::int64_t z = 0; z < grid.size[2]; ++z) {
    for (std::int64_t y = 0; y < grid.size[1]; ++y) {
      for (std::int64_t x = 0; x < grid.size[0]; ++x, ++i) {
        if (!is_foreground(image, i)) continue;
        low = {std::min(low[0], x), std::min(low[1], y), std::min(low[2], z)};
        high = {std::max(high[0], x), std::max(high[1], y), std::max(high[2], z)};
      }
    }
  }
  if (high[0] < 0) return whole(grid);
  return {low, {high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1}};
}

Grid cropped(const Grid& grid, const Box& box) {
  Grid out = grid;
  out.size = box.size;
  out.origin_mm = grid.to_world(
      {static_cast<double>(box.begin[0]), static_cast<double>(box.begin[1]), static_cast<double>(box.begin[2])});
  return out;
}

Image cropped(const Image& image, const Box& box) {
  Image out = blank_image(cropped(image.grid, box), image.channels);
  for (int c = 0; c < image.channels; ++c) cut(image.channel(c), image.grid.size, box, out.channel(c));
  return out;
}

Labels cropped(const Labels& labels, const Box& box) {
  Labels out = blank_labels(cropped(labels.grid, box));
  cut<std::uint8_t>(labels.values, labels.grid.size, box, out.values);
  return out;
}

}  // namespace galen
