#pragma once
// Boxes of voxels: around the foreground, and cropping to them.
#include "galen/prep/image.h"

namespace galen {

/// The voxels [begin, begin + size); may extend beyond the grid.
struct Box {
  Index3 begin{0, 0, 0}, size{0, 0, 0};
  friend bool operator==(const Box&, const Box&) = default;
};

Box whole(const Grid& grid);
/// The smallest box that contains every voxel that is not 0 (in any channel); the whole grid if there is none.
Box foreground_box(const Image& image);

/// The grid of a box's voxels; their positions in the world stay the same.
Grid cropped(const Grid& grid, const Box& box);
/// Outside the image, values are zero: the mean, after a z-score.
Image cropped(const Image& image, const Box& box);
/// Outside the image, labels are background.
Labels cropped(const Labels& labels, const Box& box);

}  // namespace galen
