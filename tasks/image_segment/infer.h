#pragma once
// An ensemble run over an image: tiles, weights, softmax, mirroring.
#include <memory>
#include <vector>

#include "galen/base/progress.h"
#include "galen/engine/engine.h"
#include "galen/prep/image.h"
#include "tasks/image_segment/plan.h"

namespace galen::segment {

struct Inference {
  Image probabilities;                         ///< [class], mean over members, on the network's grid
  std::vector<std::vector<float>> embeddings;  ///< of each member, mean over tiles
  bool non_finite = false;                     ///< a member gave NaN or infinity
  Precision precision = Precision::f32;        ///< what was taken
};

struct InferenceOptions {
  Precision precision = Precision::automatic;
  int threads = 0;
  bool mirror = false;                 ///< also along the plan's mirror axes, and average
  std::uint64_t max_memory_bytes = 0;  ///< 0: no limit
};

class Ensemble {
 public:
  Ensemble(std::vector<Graph> members, SegmentPlan plan, Engine& engine, InferenceOptions options);

  /// Errors: the work does not fit in max_memory_bytes (the least that would do is named).
  Inference run(const Image& image, Progress& progress) const;
  const SegmentPlan& plan() const { return plan_; }
  /// Passes of the networks over each tile: members x mirrorings.
  int passes() const;

 private:
  std::vector<Graph> members_;
  SegmentPlan plan_;
  Engine& engine_;
  InferenceOptions options_;
};

/// The tile for an image: the plan's patch, or the whole image (rounded up to what the network halves) when that is
/// hardly larger; one tile then sees everything at once.
Index3 tile_for(const Index3& size, const SegmentPlan& plan);

}  // namespace galen::segment
