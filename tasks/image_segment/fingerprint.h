#pragma once
// What a dataset's images look like: sizes, spacings, intensities.
#include <string>
#include <vector>

#include "galen/pipeline/task.h"

namespace galen::segment {

struct Fingerprint {
  Vec3 median_spacing_mm{}, coarse_spacing_mm{};  ///< coarse: 10th percentile, used for a coarse axis
  Vec3 median_extent_mm{}, least_extent_mm{}, greatest_extent_mm{};
  int channels = 1;
  int cases = 0;
  std::string modality;           ///< if all cases share it, else empty
  std::vector<float> foreground;  ///< sampled intensities of the first channel within structures
};

/// Reads at most `most` of the rows (evenly spaced). Errors: a mask that is not on its image's grid, no foreground
/// anywhere, images with different numbers of channels.
Fingerprint take_fingerprint(const PlanRequest& request, const std::string& orientation, std::size_t most = 200);

}  // namespace galen::segment
