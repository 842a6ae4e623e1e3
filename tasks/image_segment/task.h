#pragma once
// image_segment: which voxels belong to which structure, how large it is, and how certain that is. See README.md.
#include "galen/pipeline/task.h"

namespace galen {

std::unique_ptr<const Task> image_segment();

namespace segment {

/// Implements the contract (galen/pipeline/task.h), each part in a file of its own.
class ImageSegment final : public Task {
 public:
  const TaskInfo& info() const override;
  /// Derives the plan from the rows. Errors: no foreground at all, images with different numbers of channels.
  Recipe plan(const PlanRequest& request) const override;
  /// Keeps the prepared cases in memory. Errors: no case to train on, cases that do not fit in memory (with their
  /// size), a mask that does not fit its image.
  std::unique_ptr<Training> training(const TrainingRequest& request) const override;
  /// Settings: roi (six voxel numbers), laterality (left, right), mirror (true: average over mirrored passes),
  /// probability_map (true: adds the map of the structure's probability).
  std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const override;
  /// dice, iou, surface_dice (tolerance 1 mm), hd95_mm and volume_error_ml of each class and their mean over classes
  /// ("dice.mean"): means over cases. For cases that the bundle's decisions were not fitted on, also whether these
  /// hold: "volume_interval.CLASS.coverage" (and of "total"), the share of structures found whose true volume is in the
  /// interval, and "inclusive_mask.missed", the mean share of the structure that this mask misses.
  Scores score(const Bundle& bundle, const std::vector<Record>& records) const override;
  std::map<std::string, CaseScores> case_scores(const Bundle& bundle,
                                                const std::vector<Record>& records) const override;
  /// Fills the bundle's decision, calibration, coverage and reference.
  void conclude(Bundle& bundle, const std::vector<Record>& records) const override;
  std::map<std::string, Case> goldens(const Bundle& bundle) const override;
};

}  // namespace segment
}  // namespace galen
