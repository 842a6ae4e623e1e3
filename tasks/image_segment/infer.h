#pragma once
// Runs an ensemble over an image: tiles, weights, softmax, mirroring.
#include <memory>
#include <vector>

#include "galen/base/progress.h"
#include "galen/engine/engine.h"
#include "galen/prep/sliding_window.h"
#include "tasks/image_segment/plan.h"

namespace galen::segment {

struct Inference {
  std::vector<std::vector<float>> embeddings;  ///< per member, mean over tiles
  bool non_finite = false;                     ///< a member returned NaN or infinity
  Precision precision = Precision::f32;        ///< that was used
};

struct InferenceOptions {
  Precision precision = Precision::f32;
  int threads = 0;
  bool mirror = false;  ///< average with passes mirrored along the plan's mirror axes
};

class Ensemble {
 public:
  Ensemble(std::vector<Graph> members, SegmentPlan plan, Engine& engine, InferenceOptions options);

  /// sink receives the probabilities (mean over members) slice by slice, on the image's grid: [class, y, x].
  Inference run(const Image& image, const SliceSink& sink, Progress& progress) const;
  /// Bytes that run() needs in addition, without what sink keeps.
  std::uint64_t predict_memory(const Image& image) const;
  const SegmentPlan& plan() const { return plan_; }
  /// Network passes over each tile: members x mirrorings.
  int passes() const;

 private:
  CompileOptions compile_options(const Image& image) const;

  std::vector<Graph> members_;
  SegmentPlan plan_;
  Engine& engine_;
  InferenceOptions options_;
};

/// The tile for an image: the plan's patch, or the whole image (rounded up to the network's divisor) if that is at most
/// twice the patch; a single tile then covers everything.
Index3 tile_for(const Index3& size, const SegmentPlan& plan);

}  // namespace galen::segment
