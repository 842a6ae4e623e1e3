#pragma once
// Boxes of voxels: around what is not background, cut out, and put back.
#include "galen/prep/image.h"

namespace galen {

/// The voxels [begin, begin + size); may reach over the border of a grid.
struct Box {
  Index3 begin{0, 0, 0}, size{0, 0, 0};
  friend bool operator==(const Box&, const Box&) = default;
};

/// What stands in voxels outside the image: zero (the mean, after a z-score), the nearest voxel of the border, or the
/// image mirrored at its border voxels (numpy.pad's "reflect"), which repeats as often as needed.
enum class Padding { zero, edge, reflect };

Box whole(const Grid& grid);
/// The least box that holds every voxel that is not 0 (in any channel); the whole grid if there is none.
Box foreground_box(const Image& image);
Box foreground_box(const Labels& labels);
/// Larger by the margin on each side, and clipped to the grid.
Box grown(const Box& box, const Index3& margin, const Grid& grid);

/// The grid of a box's voxels: the same points in the world.
Grid cropped(const Grid& grid, const Box& box);
Image cropped(const Image& image, const Box& box, Padding padding = Padding::zero);
/// Outside is background.
Labels cropped(const Labels& labels, const Box& box);

/// The contrary: what the box holds, on the whole grid; zero (background) around it, and what lies outside is dropped.
Image uncropped(const Image& part, const Box& box, const Grid& grid);
Labels uncropped(const Labels& part, const Box& box, const Grid& grid);

}  // namespace galen
