#pragma once
// The shapes of one patient's complexes: those of one shape are of one origin.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// Clusters of complexes as they come, after de Chazal and Reilly (IEEE TBME 53:2535, 2006). Shapes drift with what is
/// added to them. Beyond most_shapes a new one takes the place of that with the fewest beats, so that noise or flutter
/// does not fill them for good. Crops are [lead_count, crop_samples], all of one scale.
class Shapes {
 public:
  explicit Shapes(const BeatPlan& plan) : plan_(plan) {}

  static constexpr std::size_t most_shapes = 40;
  struct Look {
    std::vector<float> complex;
    std::size_t nearest = 0;
    bool fits = false;  ///< it has the nearest shape
  };
  Look look(std::span<const float> crop) const;
  struct Added {
    std::size_t shape = 0;  ///< one of count()
    bool is_new = false;    ///< it never was, or was another
  };
  /// Nothing was added since the look.
  Added add(Look look);
  std::size_t count() const { return shapes_.size(); }

 private:
  struct Shape {
    std::vector<float> complex;
    float norm = 0;
    int beats = 0;
    std::int64_t last = 0;  // of all that were added
  };

  BeatPlan plan_;
  std::vector<Shape> shapes_;
  std::int64_t added_ = 0;
};

}  // namespace galen::ecg
