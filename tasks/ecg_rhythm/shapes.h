#pragma once
// The shapes of one patient's complexes; complexes of one shape have one origin.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// Online clusters of complexes, after de Chazal and Reilly (IEEE TBME 53:2535, 2006). A shape drifts with the
/// complexes added to it. Beyond most_shapes, a new shape replaces the one with the fewest beats, so that noise or
/// flutter does not occupy them for good. Crops are [lead_count, crop_samples], all on one scale.
class Shapes {
 public:
  explicit Shapes(const BeatPlan& plan) : plan_(plan) {}

  static constexpr std::size_t most_shapes = 40;
  struct Look {
    std::vector<float> complex;
    std::size_t nearest = 0;
    bool fits = false;  ///< the complex belongs to the nearest shape
  };
  Look look(std::span<const float> crop) const;
  struct Added {
    std::size_t shape = 0;  ///< index below count()
    bool is_new = false;    ///< a new index, or one reused for a new shape
  };
  /// Nothing may have been added since the look.
  Added add(Look look);
  std::size_t count() const { return shapes_.size(); }

 private:
  struct Shape {
    std::vector<float> complex;
    float norm = 0;
    int beats = 0;
    std::int64_t last = 0;  // added_ when a beat was last added
  };

  BeatPlan plan_;
  std::vector<Shape> shapes_;
  std::int64_t added_ = 0;
};

}  // namespace galen::ecg
