#pragma once
// What became of each shape of a patient's complexes so far: ventricular ones begin early and a pause follows them,
// those of another conduction are on time.
#include <optional>
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/shapes.h"

namespace galen::ecg {

class ShapeHistory {
 public:
  explicit ShapeHistory(const BeatPlan& plan) : shapes_(plan) {}

  /// Sets onset and offset of a candidate's features, by those before it, and learns from it if it teaches.
  /// crop: [lead_count, crop_samples], all of one scale; features: [feature_count], its interval before among them.
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
  std::vector<Past> pasts_;  // of each shape
  std::optional<std::size_t> last_;
};

}  // namespace galen::ecg
