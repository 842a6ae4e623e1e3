#pragma once
// Connected components of a class, and clean-up of masks with them.
#include <cstdint>
#include <vector>

#include "galen/prep/image.h"

namespace galen {

/// Which voxels are neighbours: those that share a face (6), a face or an edge (18), or a corner as well (26). In one
/// slice: 4, 8 and 8.
enum class Connectivity { faces = 6, edges = 18, corners = 26 };

struct Components {
  std::vector<std::int32_t> id;     ///< per voxel [z, y, x]: 1, 2, ... in the order of first voxels; 0: other classes
  std::vector<std::int64_t> sizes;  ///< voxels of component 1, 2, ...
};
Components connected_components(const Labels& labels, int class_value,
                                Connectivity connectivity = Connectivity::corners);

/// Turns all components of the class but the largest (the first, on a tie) into background; other classes are kept.
Labels largest_component(const Labels& labels, int class_value, Connectivity connectivity = Connectivity::corners);

/// Assigns enclosed background, which the class separates from the border of the image, to the class; other classes
/// inside are kept. Voxels outside the class are connected through faces; axes of one voxel have no border, so holes in
/// a single slice are filled too.
Labels fill_holes(const Labels& labels, int class_value);

}  // namespace galen
