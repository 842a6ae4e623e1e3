#pragma once
// Class scores that arrive slice by slice become labels on the source grid, and are forgotten.
#include <memory>
#include <span>

#include "galen/prep/sliding_window.h"

namespace galen {

/// argmax_resampled() for scores that never exist as a whole: it holds two slices of them. Give sink() to an
/// Accumulator, and take labels() after its finish().
class ArgmaxResampler {
 public:
  /// Errors (defect): the voxel axes of the grids are not parallel (put the labels on the parallel grid first, and
  /// reorient them); more than 256 classes.
  ArgmaxResampler(int classes, const Grid& scores, const Grid& target);
  ~ArgmaxResampler();
  ArgmaxResampler(ArgmaxResampler&&) noexcept;

  /// Scores [class, y, x] of slice z; z = 0, 1, ... Errors (defect): out of turn, not of a slice's size.
  void add(std::int64_t z, std::span<const float> scores);
  /// For an Accumulator; this object must stay where it is while the sink is used.
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
