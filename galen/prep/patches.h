#pragma once
// Sampling of training patches from a case: rare classes are shown as often as common ones.
#include <cstdint>
#include <vector>

#include "galen/base/random.h"
#include "galen/prep/crop.h"

namespace galen {

/// Positions of each foreground class present in a mask.
struct ClassLocations {
  std::vector<int> classes;                       ///< ascending, without background
  std::vector<std::vector<std::int64_t>> voxels;  ///< of each class: indices into the grid, ascending
};

/// At most `most_per_class` voxels of each class, evenly spread over all of its voxels.
ClassLocations class_locations(const Labels& labels, std::size_t most_per_class = 10000);

/// nnU-Net's rule: the last round(fraction * batch) items of a batch are forced to show foreground.
bool forces_foreground(int item, int batch, double fraction = 1.0 / 3);

/// A box of the patch's size. Forced: centred on a voxel of a class drawn uniformly from those present. Otherwise, or
/// without foreground: placed uniformly. In both cases it stays inside the grid; along axes shorter than the patch it
/// contains the whole axis in its middle. Extract it with cropped(), which pads.
Box sample_patch(const Grid& grid, const Index3& patch, const ClassLocations& locations, bool force_foreground,
                 Random& random);

}  // namespace galen
