#pragma once
// Connected parts of a class, and what masks are tidied by.
#include <cstdint>
#include <vector>

#include "galen/prep/image.h"

namespace galen {

/// Which voxels are neighbours: those that share a face (6), a face or an edge (18), or a corner as well (26). In one
/// slice: 4, 8 and 8.
enum class Connectivity { faces = 6, edges = 18, corners = 26 };

struct Components {
  std::vector<std::int32_t> id;     ///< per voxel [z, y, x]: 1, 2, ... in the order of first voxels; 0: not the class
  std::vector<std::int64_t> sizes;  ///< voxels of component 1, 2, ...
};
Components connected_components(const Labels& labels, int class_value,
                                Connectivity connectivity = Connectivity::corners);

/// All parts of the class but the largest (the first, when equal) become background; other classes stay.
Labels largest_component(const Labels& labels, int class_value, Connectivity connectivity = Connectivity::corners);

/// Background that the class shuts off from the border of the image joins the class; other classes within stay. What
/// surrounds is connected by faces; axes of one voxel have no border, so the holes of a single slice are filled too.
Labels fill_holes(const Labels& labels, int class_value);

}  // namespace galen
