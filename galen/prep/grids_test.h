#pragma once
#include "galen/prep/image.h"

namespace galen {

inline Grid grid_of(std::int64_t x, std::int64_t y, std::int64_t z, Vec3 spacing = {1, 1, 1}) {
  Grid grid;
  grid.size = {x, y, z};
  grid.spacing_mm = spacing;
  return grid;
}

/// One channel, f(x, y, z) at each voxel.
template <class F>
Image filled(const Grid& grid, F&& f) {
  Image image = blank_image(grid, 1);
  std::size_t i = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) image.values[i++] = static_cast<float>(f(x, y, z));
    }
  }
  return image;
}

}  // namespace galen
