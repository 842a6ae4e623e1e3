#pragma once
// The same image on another grid. Values between voxels are interpolated, values outside are those of the border; no
// smoothing comes before a coarser grid, as in nnU-Net (Isensee et al., Nature Methods 2021), whose choices these are.
#include "galen/prep/image.h"

namespace galen {

/// cubic: the interpolating B-spline of order 3 (Unser, IEEE Signal Processing Magazine 1999), of the signal continued
/// by its border values. On grids with equal corners it is scipy.ndimage.zoom(order=3, mode="nearest", grid_mode=True).
enum class Interpolation { linear, cubic, nearest };

/// The same extent, corner to corner, in voxels of another spacing; sizes round to nearest and are at least 1, and the
/// spacing is adjusted so that the corners stay. Errors: a spacing that is not positive, more voxels than readers
/// allow in an array.
Grid grid_with_spacing(const Grid& grid, const Vec3& spacing_mm);

/// The coarse axis (0, 1, 2) that nnU-Net treats apart: the one axis of greatest spacing, when spacings differ by more
/// than a factor of 3, in the source or else in the target; -1: none.
int coarse_axis(const Grid& source, const Grid& target);

/// Each channel on the target grid. Axis by axis and on all threads when the voxel axes are parallel, else point by
/// point. anisotropic_nearest_z: takes the nearest slice along coarse_axis(), as nnU-Net does.
Image resampled(const Image& image, const Grid& target, Interpolation interpolation,
                bool anisotropic_nearest_z = false);

/// Each voxel gets the class of greatest weight when every class is interpolated linearly as a mask of 0 and 1 (when
/// equal, the nearest voxel's, so that no class gains by it): smooth borders without classes in between.
Labels resampled(const Labels& labels, const Grid& target);

/// The class of the greatest score after linear interpolation of `scores` [class, z, y, x] onto the target; holds a
/// row of the target at a time, never classes x target (argmax_resampler.h takes scores that arrive by slices). Errors
/// (defect): more than 256 classes.
Labels argmax_resampled(const Image& scores, const Grid& target);

}  // namespace galen
