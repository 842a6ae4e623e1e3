#pragma once
// Turns class scores that arrive slice by slice into labels on the source grid, without keeping the scores.
#include <memory>
#include <span>

#include "galen/prep/sliding_window.h"

namespace galen {

/// argmax_resampled() for scores that are never in memory as a whole: holds two slices of them. Pass sink() to an
/// Accumulator and call labels() after its finish().
class ArgmaxResampler {
 public:
  /// Errors (defect): the voxel axes of the grids are not parallel (resample to a parallel grid and reorient the labels
  /// instead); more than 256 classes.
  ArgmaxResampler(int classes, const Grid& scores, const Grid& target);
  ~ArgmaxResampler();
  ArgmaxResampler(ArgmaxResampler&&) noexcept;

  /// Adds the scores [class, y, x] of slice z, in the order z = 0, 1, ... Errors (defect): a slice out of order or of
  /// another size.
  void add(std::int64_t z, std::span<const float> scores);
  /// For an Accumulator; do not move this object while the sink is in use.
  SliceSink sink() {
    return [this](std::int64_t z, std::span<const float> scores) { add(z, scores); };
  }
  /// Errors (defect): slices are missing.
  Labels labels() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen
