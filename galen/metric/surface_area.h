#pragma once
// The area of the surface that passes between eight voxels.
#include <array>

#include "galen/data/volume.h"

namespace galen {

/// By code: bit x + 2 y + 4 z is set if that voxel of the 2 x 2 x 2 is inside. The marching-cubes surface passes
/// through the midpoints of the cube's edges; if only diagonally opposite corners of a face are inside, the corners of
/// the rarer side (inside, if equal) are kept apart; a non-planar polygon is cut into triangles so that its area is
/// largest.
std::array<double, 256> surface_areas_mm2(const Vec3& spacing_mm);
/// The same for a 2D image: bit x + 2 y; contour lengths.
std::array<double, 16> contour_lengths_mm(double spacing_x_mm, double spacing_y_mm);

}  // namespace galen
