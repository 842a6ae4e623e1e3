#pragma once
// Adaptation to one patient without labels: complexes of one shape have one origin, so they should be named alike.
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/shapes.h"

namespace galen::ecg {

/// How strongly the beats of each shape of a patient were taken for ventricular so far. A beat is influenced only by
/// the beats before it and its own logits. Follows de Chazal and Reilly (IEEE TBME 53:2535, 2006), but with the network
/// in place of the expert who names the clusters.
class ShapeVotes {
 public:
  explicit ShapeVotes(const BeatPlan& plan) : shapes_(plan) {}

  /// Moves the logit of V towards the mean of this shape's beats, the more strongly the more there are, and learns the
  /// shape and its vote. Candidates classed as none neither vote nor change. crop: [lead_count, crop_samples]; logits:
  /// [beat_classes].
  void vote(std::span<const float> crop, std::span<float> logits);

  std::size_t shapes() const { return shapes_.count(); }

 private:
  struct Vote {
    double odds = 0;  ///< mean log-odds of V against N and S
    int beats = 0;
  };

  Shapes shapes_;
  std::vector<Vote> votes_;  // one per shape
};

}  // namespace galen::ecg
