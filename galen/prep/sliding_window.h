#pragma once
// Prediction of a whole image by overlapping tiles, summed with weights that favour their centres (Isensee et al.
// 2021).
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "galen/prep/crop.h"

namespace galen {

/// First voxels of the tiles along an axis: evenly spread, at most step * patch apart, the first at 0 and the last at
/// the end. An axis not longer than the patch has one tile, which holds it in its middle (begins at 0 or before).
/// Errors (defect): step outside (0, 1].
std::vector<std::int64_t> tile_starts(std::int64_t size, std::int64_t patch, double step = 0.5);

/// All tiles, ascending in z (then y, x), as Accumulator wants them; cut them out with cropped(), which pads.
std::vector<Box> tiles(const Index3& size, const Index3& patch, double step = 0.5);

/// Weights [z, y, x] of a tile: a Gaussian about its middle with a standard deviation of sigma * patch along each axis
/// (along axes of one voxel: constant), greatest value 1.
std::vector<float> gaussian_importance(const Index3& patch, double sigma = 1.0 / 8);

/// Receives finished slices, ascending in z: the weighted mean scores [class, y, x] of slice z.
using SliceSink = std::function<void(std::int64_t z, std::span<const float> scores)>;

/// Sums tiles of scores [class, z, y, x] and hands on each slice as soon as no later tile can touch it: it holds
/// classes x patch depth x a slice, however deep the image is.
class Accumulator {
 public:
  Accumulator(int classes, const Index3& size, const Index3& patch, SliceSink sink, double sigma = 1.0 / 8);

  /// What lies over the border of the image is dropped. Errors (defect): scores are not of one patch; begins before a
  /// slice that is finished.
  void add(std::span<const float> scores, const Index3& begin);
  /// Hands on the rest. Errors (defect): a voxel that no tile covered.
  void finish();
  /// What the sums take.
  std::size_t bytes() const { return (sums_.size() + weights_.size()) * sizeof(float); }

 private:
  void emit_below(std::int64_t z);
  void emit(std::int64_t z);

  int classes_;
  Index3 size_, patch_;
  SliceSink sink_;
  std::vector<float> importance_;
  std::int64_t depth_;          // slices held, in a ring
  std::int64_t next_ = 0;       // first slice that is not finished
  std::vector<float> sums_;     // [slice of the ring, class, y, x]
  std::vector<float> weights_;  // [slice of the ring, y, x]
};

/// A sink that fills a whole image of scores, which outlives it.
SliceSink collect_into(Image& scores);

}  // namespace galen
