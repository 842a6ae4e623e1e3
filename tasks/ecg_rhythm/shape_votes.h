#pragma once
// Adaptation to one patient without labels: complexes of one shape are of one origin, so they are named alike.
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/shapes.h"

namespace galen::ecg {

/// How far each shape of one patient's was taken for ventricular so far. What it says of a beat depends on the beats
/// before it alone. As de Chazal and Reilly (IEEE TBME 53:2535, 2006), but with the network in place of the expert who
/// names the clusters.
class ShapeVotes {
 public:
  explicit ShapeVotes(const BeatPlan& plan) : shapes_(plan) {}

  /// Moves the logit of V towards what the beats of this shape had, more so the more there were, and learns the shape
  /// and its vote. Candidates that are taken for no beat neither vote nor change. crop: [lead_count, crop_samples];
  /// logits: [beat_classes].
  void vote(std::span<const float> crop, std::span<float> logits);

  std::size_t shapes() const { return shapes_.count(); }

 private:
  struct Vote {
    double odds = 0;  ///< mean log-odds of V against N and S
    int beats = 0;
  };

  Shapes shapes_;
  std::vector<Vote> votes_;  // of each shape
};

}  // namespace galen::ecg
