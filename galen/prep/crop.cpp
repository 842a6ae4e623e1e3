#include "galen/prep/crop.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/base/error.h"

namespace galen {
namespace {

template <class IsForeground>
Box box_of(const Grid& grid, IsForeground&& is_foreground) {
  Index3 low = grid.size, high{-1, -1, -1};
  std::size_t i = 0;
  for (std::int64_t z = 0; z < grid.size[2]; ++z) {
    for (std::int64_t y = 0; y < grid.size[1]; ++y) {
      for (std::int64_t x = 0; x < grid.size[0]; ++x, ++i) {
        if (!is_foreground(i)) continue;
        low = {std::min(low[0], x), std::min(low[1], y), std::min(low[2], z)};
        high = {std::max(high[0], x), std::max(high[1], y), std::max(high[2], z)};
      }
    }
  }
  if (high[0] < 0) return whole(grid);
  return {low, {high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1}};
}

// For each voxel of the box along one axis, the voxel of the image that it shows; -1: zero.
std::vector<std::int64_t> sources(std::int64_t begin, std::int64_t size, std::int64_t extent, Padding padding) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i) {
    std::int64_t p = begin + i;
    if (p < 0 || p >= extent) {
      if (padding == Padding::zero) {
        p = -1;
      } else if (padding == Padding::edge || extent == 1) {
        p = std::clamp<std::int64_t>(p, 0, extent - 1);
      } else {
        const std::int64_t period = 2 * (extent - 1), phase = ((p % period) + period) % period;
        p = phase < extent ? phase : period - phase;
      }
    }
    out[static_cast<std::size_t>(i)] = p;
  }
  return out;
}

// Fills `to` (of the box, zeros so far) from `from` (of the whole).
template <class T>
void cut(std::span<const T> from, const Index3& extent, const Box& box, Padding padding, std::span<T> to) {
  const auto xs = sources(box.begin[0], box.size[0], extent[0], padding);
  const auto ys = sources(box.begin[1], box.size[1], extent[1], padding);
  const auto zs = sources(box.begin[2], box.size[2], extent[2], padding);
  const auto inside_begin = std::clamp<std::int64_t>(-box.begin[0], 0, box.size[0]);
  const auto inside_end = std::clamp<std::int64_t>(extent[0] - box.begin[0], inside_begin, box.size[0]);
  T* row = to.data();
  for (const std::int64_t z : zs) {
    for (const std::int64_t y : ys) {
      if (y >= 0 && z >= 0) {
        const T* line = from.data() + (z * extent[1] + y) * extent[0];
        const auto edge = [&](std::int64_t x) {
          const std::int64_t source = xs[static_cast<std::size_t>(x)];
          if (source >= 0) row[x] = line[source];
        };
        for (std::int64_t x = 0; x < inside_begin; ++x) edge(x);
        std::copy(line + box.begin[0] + inside_begin, line + box.begin[0] + inside_end, row + inside_begin);
        for (std::int64_t x = inside_end; x < box.size[0]; ++x) edge(x);
      }
      row += box.size[0];
    }
  }
}

// The whole grid as a box of the part's voxels: to put back is to cut with padding.
Box inverse(const Box& box, const Grid& part, const Grid& grid) {
  if (part.size != box.size) throw defect("uncropped", "the part is not of the box's size");
  return {{-box.begin[0], -box.begin[1], -box.begin[2]}, grid.size};
}

}  // namespace

Box whole(const Grid& grid) {
  return {{0, 0, 0}, grid.size};
}

Box foreground_box(const Image& image) {
  return box_of(image.grid, [&](std::size_t i) {
    for (int c = 0; c < image.channels; ++c) {
      if (image.channel(c)[i] != 0) return true;
    }
    return false;
  });
}

Box foreground_box(const Labels& labels) {
  return box_of(labels.grid, [&](std::size_t i) { return labels.values[i] != 0; });
}

Box grown(const Box& box, const Index3& margin, const Grid& grid) {
  Box out;
  for (std::size_t a = 0; a < 3; ++a) {
    out.begin[a] = std::clamp<std::int64_t>(box.begin[a] - margin[a], 0, grid.size[a]);
    out.size[a] =
        std::clamp<std::int64_t>(box.begin[a] + box.size[a] + margin[a], out.begin[a], grid.size[a]) - out.begin[a];
  }
  return out;
}

Grid cropped(const Grid& grid, const Box& box) {
  Grid out = grid;
  out.size = box.size;
  out.origin_mm = grid.to_world(
      {static_cast<double>(box.begin[0]), static_cast<double>(box.begin[1]), static_cast<double>(box.begin[2])});
  return out;
}

Image cropped(const Image& image, const Box& box, Padding padding) {
  Image out = blank_image(cropped(image.grid, box), image.channels);
  for (int c = 0; c < image.channels; ++c) cut(image.channel(c), image.grid.size, box, padding, out.channel(c));
  return out;
}

Labels cropped(const Labels& labels, const Box& box) {
  Labels out = blank_labels(cropped(labels.grid, box));
  cut<std::uint8_t>(labels.values, labels.grid.size, box, Padding::zero, out.values);
  return out;
}

Image uncropped(const Image& part, const Box& box, const Grid& grid) {
  Image out = cropped(part, inverse(box, part.grid, grid));
  out.grid = grid;
  return out;
}

Labels uncropped(const Labels& part, const Box& box, const Grid& grid) {
  Labels out = cropped(part, inverse(box, part.grid, grid));
  out.grid = grid;
  return out;
}

}  // namespace galen
