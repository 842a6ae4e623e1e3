#pragma once
// Outlines of masks, for drawing.
#include <array>
#include <cstdint>
#include <vector>

#include "galen/prep/image.h"

namespace galen {

/// Vertices (u, v) in voxels, with voxel centres at integers; the last joins the first.
using Outline = std::vector<std::array<double, 2>>;

/// The outlines of a class in the slice with this index along an axis (0: x, 1: y, 2: z); u and v are the other two
/// axes in order. Marching squares half-way between voxel centres (Lorensen and Cline, SIGGRAPH 1987, in the plane):
/// outer outlines turn one way and holes the other; voxels that touch only at corners are separate; everything outside
/// the image counts as outside the class, so every outline closes. Errors (defect): no such axis or slice.
std::vector<Outline> contours(const Labels& labels, int class_value, int axis, std::int64_t slice);

}  // namespace galen
