#pragma once
// How each shape of a patient's complexes has behaved so far: ventricular ones come early and are followed by a pause,
// those of a different conduction are on time.
#include <optional>
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/shapes.h"

namespace galen::ecg {

class ShapeHistory {
 public:
  explicit ShapeHistory(const BeatPlan& plan) : shapes_(plan) {}

  /// Sets the features onset and offset of a candidate from those before it, and learns from it if it teaches. crop:
  /// [lead_count, crop_samples], all on one scale; features: [feature_count], with Feature::before already set.
  void follow(std::span<const float> crop, std::span<float> features, bool teaches);

 private:
  struct Mean {
    double value = 0, count = 0;
    void add(double one);
    double known() const;
  };
  struct Past {
    Mean onset, offset;
  };

  void learn(Shapes::Added added, double before);

  Shapes shapes_;
  std::vector<Past> pasts_;  // one per shape
  std::optional<std::size_t> last_;
};

}  // namespace galen::ecg
