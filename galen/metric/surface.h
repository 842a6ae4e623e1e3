#pragma once
// Distances between the surfaces of two masks, in millimetres.
// Surfaces, their areas and both scores follow Nikolov et al. 2021 ("Clinically applicable segmentation of head and
// neck anatomy for radiotherapy", J Med Internet Res 23:e26151): surface elements sit on the corners between voxels,
// each with the area of the marching-cubes surface (Lorensen and Cline 1987) through its eight voxels, so that a score
// does not depend on how a surface lies in the grid. In a 2D image (size 1 along z) the elements are pieces of contour.
#include <cstdint>
#include <span>
#include <vector>

#include "galen/data/volume.h"

namespace galen {

/// A piece of one mask's surface.
struct SurfaceElement {
  double distance_mm = 0;  ///< to the nearest element of the other surface; infinity when that one is empty
  double area_mm2 = 0;     ///< mm for a contour
};

struct SurfaceDistances {
  std::vector<SurfaceElement> predicted, truth;  ///< nearest first
};

/// Masks hold zero or non-zero per voxel, x fastest; voxels outside the image count as 0.
/// Exact Euclidean distances (Felzenszwalb and Huttenlocher 2012, "Distance transforms of sampled functions").
/// Errors (defect): a mask whose length does not match size, a spacing that is not positive.
SurfaceDistances surface_distances(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> truth,
                                   const Index3& size, const Vec3& spacing_mm);
/// For one label in two label maps. Errors: see overlap().
SurfaceDistances surface_distances(const Volume& predicted, const Volume& truth, int label);

/// Share of both surfaces that lies within tolerance of the other, by area; NaN when both are empty, 0 when one is.
double surface_dice(const SurfaceDistances& distances, double tolerance_mm);
/// The larger of the two directed percentiles of distance, weighted by area (robust Hausdorff distance; percent 95:
/// HD95, 100: Hausdorff). NaN when both surfaces are empty, infinity when one is: report such cases separately.
double hausdorff_mm(const SurfaceDistances& distances, double percent = 95);

}  // namespace galen
