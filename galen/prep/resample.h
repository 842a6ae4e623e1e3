#pragma once
// Resampling of images to another grid. Values between voxels are interpolated; outside the image its border values
// continue. There is no smoothing before downsampling. These choices are those of nnU-Net (Isensee et al., Nature
// Methods 2021).
#include "galen/prep/image.h"

namespace galen {

/// cubic: the interpolating B-spline of order 3 (Unser, IEEE Signal Processing Magazine 1999); border values continue
/// outside. For grids with the same corners it equals scipy.ndimage.zoom(order=3, mode="nearest", grid_mode=True).
enum class Interpolation { linear, cubic, nearest };

/// A grid of the same extent, corner to corner, with another voxel spacing. Sizes are rounded to the nearest whole
/// number, at least 1, and the spacing is adjusted so that the corners stay in place. Errors: a spacing that is not
/// positive, more voxels than readers allow in an array.
Grid grid_with_spacing(const Grid& grid, const Vec3& spacing_mm);

/// The coarse axis (0, 1, 2) that nnU-Net treats separately: the single axis of greatest spacing if spacings differ by
/// more than a factor of 3, in the source or, failing that, in the target. -1: none.
int coarse_axis(const Grid& source, const Grid& target);

/// Resamples each channel to the target grid on all threads: axis by axis if the voxel axes are parallel, else point by
/// point. anisotropic_nearest_z: takes the nearest slice along coarse_axis(), as nnU-Net does.
Image resampled(const Image& image, const Grid& target, Interpolation interpolation,
                bool anisotropic_nearest_z = false);

/// Interpolates each class linearly as a mask of 0 and 1 and gives each voxel the class of greatest weight; on a tie
/// the class of the nearest voxel, so that no class is favoured. Borders are smooth, and no classes appear in between.
Labels resampled(const Labels& labels, const Grid& target);

/// The class of the greatest score after linear interpolation of `scores` [class, z, y, x] to the target. Holds one
/// target row at a time, never classes x target. For scores that arrive slice by slice see argmax_resampler.h. Errors
/// (defect): more than 256 classes.
Labels argmax_resampled(const Image& scores, const Grid& target);

}  // namespace galen
