#pragma once
// Exact squared Euclidean distances on a grid.
#include <cstdint>
#include <span>
#include <vector>

#include "galen/data/volume.h"

namespace galen {

/// Squared distance in mm^2 from each point of the grid (x fastest) to the nearest point that is set; infinity when
/// none is. Felzenszwalb and Huttenlocher 2012 ("Distance transforms of sampled functions", Theory of Computing 8): the
/// lower envelope of parabolas along each axis in turn, linear in the number of points.
std::vector<double> squared_distances(std::span<const std::uint8_t> points, const Index3& size, const Vec3& spacing_mm);

}  // namespace galen
