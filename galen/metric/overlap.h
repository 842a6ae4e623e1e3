#pragma once
// How well two label maps on one grid agree, voxel by voxel.
#include <cstdint>
#include <span>
#include <vector>

#include "galen/data/volume.h"

namespace galen {

/// Voxel counts of one label: in both maps, in the prediction, in the truth.
/// A ratio whose denominator is 0 is NaN: the case says nothing about it and is left out of means (mean_of_defined,
/// bootstrap_mean, whose n counts the remaining patients). Empty against non-empty gives 0.
struct Overlap {
  std::int64_t both = 0, predicted = 0, truth = 0;

  double dice() const;         ///< 2 |P and T| / (|P| + |T|) (Dice 1945); NaN when both are empty
  double iou() const;          ///< |P and T| / |P or T| (Jaccard 1912); NaN when both are empty
  double sensitivity() const;  ///< |P and T| / |T|; NaN when the truth is empty
  double precision() const;    ///< |P and T| / |P|; NaN when the prediction is empty
  /// (|P| - |T|) in ml; 0 when both are empty.
  double volume_error_ml(double voxel_volume_ml) const;
};

/// Errors (defect): ranges of different length.
Overlap overlap(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> truth, int label);
Overlap overlap(std::span<const std::uint16_t> predicted, std::span<const std::uint16_t> truth, int label);
/// Masks of any integer type. Errors: the grids differ, several frames or components, voxels that are not integers.
Overlap overlap(const Volume& predicted, const Volume& truth, int label);

/// Errors: the masks lie on different grids.
void require_same_grid(const Volume& predicted, const Volume& truth);
/// The mask (0 or 1 per voxel) of one label. Errors: voxels that are not integers.
std::vector<std::uint8_t> mask_of(const Volume& labels, int label);

}  // namespace galen
