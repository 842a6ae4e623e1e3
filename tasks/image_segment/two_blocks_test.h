#pragma once
// A mask shared by tests.
#include "galen/prep/image.h"

namespace galen::segment {

/// A block of class 1 with one of class 2 above it, surrounded by background.
inline Labels two_blocks(const Index3& size = {12, 10, 9}) {
  Labels labels = blank_labels(Grid{.size = size, .spacing_mm = {1, 1, 1}});
  std::size_t i = 0;
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[0]; ++x, ++i) {
        const bool inside = x >= 3 && x < 8 && y >= 2 && y < 7 && z >= 2 && z < 6;
        labels.values[i] = !inside ? 0 : z < 4 ? 1 : 2;
      }
    }
  }
  return labels;
}

}  // namespace galen::segment
