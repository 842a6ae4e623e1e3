#pragma once
// The area of the surface that passes between eight voxels.
#include <array>

#include "galen/data/volume.h"

namespace galen {

/// By code: bit x + 2 y + 4 z is set when that voxel of the 2 x 2 x 2 is inside. The marching-cubes surface through the
/// middles of the cube's edges; where a face has diagonal corners, the corners of the rarer side (inside, when there
/// are as many) are kept apart; a polygon that is not plane is cut into the triangles of largest area.
std::array<double, 256> surface_areas_mm2(const Vec3& spacing_mm);
/// The same for a 2D image: bit x + 2 y; lengths of contour.
std::array<double, 16> contour_lengths_mm(double spacing_x_mm, double spacing_y_mm);

}  // namespace galen
