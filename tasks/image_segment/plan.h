#pragma once
// What the task derives from a dataset and a machine (nnU-Net: Isensee et al., Nature Methods 18, 2021): readable JSON
// in the recipe, which a user may edit.
#include <array>
#include <string>
#include <vector>

#include "galen/nn/unet.h"
#include "galen/pipeline/task.h"
#include "galen/prep/augment.h"
#include "galen/prep/normalise.h"

namespace galen::segment {

struct SegmentPlan {
  std::string orientation = "LPS";  ///< of the voxel axes as the network sees them
  Vec3 spacing_mm{1, 1, 1};
  bool anisotropic = false;                  ///< the coarse axis is resampled by nearest slice
  Index3 patch{1, 1, 1};                     ///< x, y, z
  int batch = 2;                             ///< patches
  double foreground_share = 1.0 / 3;         ///< share of a batch whose patches must contain a class
  std::vector<Normalisation> normalisation;  ///< by channel
  std::string side;  ///< "left" or "right": the side that all training data are made to look like; "": no sides
  Vec3 extent_low_mm{0, 0, 0}, extent_high_mm{0, 0, 0};  ///< of the training images
  UNet network;                                          ///< in the recipe's separate section "network"
  Augmentation augmentation;        ///< likewise "augmentation"; its mirror axes may also be used in prediction
  std::vector<ClassLabel> classes;  ///< of the dataset or the bundle

  /// What a tile's extents must be multiples of, per axis.
  Index3 divisor() const;
};

/// The recipe's section "plan".
Json to_json(const SegmentPlan& plan);
/// Errors: unknown keys, a patch that is not divisible by the network's strides, a side other than left or right.
SegmentPlan plan_from_recipe(const Recipe& recipe, const std::vector<ClassLabel>& classes);
SegmentPlan plan_from_bundle(const Bundle& bundle);

}  // namespace galen::segment
