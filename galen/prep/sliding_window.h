#pragma once
// Prediction of a whole image from overlapping tiles, averaged with weights that favour their centres (Isensee et al.
// 2021).
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "galen/prep/crop.h"

namespace galen {

/// First voxels of the tiles along an axis: evenly spaced, at most step * patch apart; the first tile starts at 0 and
/// the last ends with the axis. An axis no longer than the patch has one tile with the axis in its middle (its start is
/// 0 or less). Errors (defect): step outside (0, 1].
std::vector<std::int64_t> tile_starts(std::int64_t size, std::int64_t patch, double step = 0.5);

/// All tiles, ascending in z, then y, then x, as Accumulator requires. Extract them with cropped(), which pads.
std::vector<Box> tiles(const Index3& size, const Index3& patch, double step = 0.5);

/// Weights [z, y, x] of a tile: a Gaussian centred on it with a standard deviation of sigma * patch along each axis
/// (constant along axes of one voxel); the greatest value is 1.
std::vector<float> gaussian_importance(const Index3& patch, double sigma = 1.0 / 8);

/// Receives finished slices, ascending in z: the weighted mean scores [class, y, x] of slice z.
using SliceSink = std::function<void(std::int64_t z, std::span<const float> scores)>;

/// Sums tiles of scores [class, z, y, x] and passes on each slice once no later tile can overlap it: holds classes x
/// patch depth x slice values, however deep the image is.
class Accumulator {
 public:
  Accumulator(int classes, const Index3& size, const Index3& patch, SliceSink sink, double sigma = 1.0 / 8);

  /// Parts outside the image are dropped. Errors (defect): scores that are not of one patch; a tile that begins before
  /// a finished slice.
  void add(std::span<const float> scores, const Index3& begin);
  /// Passes on the remaining slices. Errors (defect): a voxel that no tile covered.
  void finish();
  /// Memory of the sums and weights.
  std::size_t bytes() const { return (sums_.size() + weights_.size()) * sizeof(float); }

 private:
  void emit_below(std::int64_t z);
  void emit(std::int64_t z);

  int classes_;
  Index3 size_, patch_;
  SliceSink sink_;
  std::vector<float> importance_;
  std::int64_t depth_;          // number of slices in the ring buffer
  std::int64_t next_ = 0;       // first unfinished slice
  std::vector<float> sums_;     // [slice of the ring, class, y, x]
  std::vector<float> weights_;  // [slice of the ring, y, x]
};

/// A sink that fills an image with all scores; the image must outlive it.
SliceSink collect_into(Image& scores);

}  // namespace galen
