#pragma once
// Boxes of voxels: around what is not background, and cut out.
#include "galen/prep/image.h"

namespace galen {

/// The voxels [begin, begin + size); may reach over the border of a grid.
struct Box {
  Index3 begin{0, 0, 0}, size{0, 0, 0};
  friend bool operator==(const Box&, const Box&) = default;
};

Box whole(const Grid& grid);
/// The least box that holds every voxel that is not 0 (in any channel); the whole grid if there is none.
Box foreground_box(const Image& image);

/// The grid of a box's voxels: the same points in the world.
Grid cropped(const Grid& grid, const Box& box);
/// Outside is zero: the mean, after a z-score.
Image cropped(const Image& image, const Box& box);
/// Outside is background.
Labels cropped(const Labels& labels, const Box& box);

}  // namespace galen
