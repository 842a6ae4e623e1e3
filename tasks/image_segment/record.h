#pragma once
// What is recorded of one examined case: enough for every score, for calibration and for coverage.
#include <array>
#include <map>
#include <string>
#include <vector>

#include "galen/data/dataset.h"
#include "galen/prep/image.h"
#include "tasks/image_segment/clean_up.h"

namespace galen::segment {

/// Thresholds of the foreground probability at which the missed share is recorded, ascending.
const std::vector<double>& risk_thresholds();

/// Scores of a class after one of clean_ups.
struct Tidied {
  double dice = 0, predicted_ml = 0;
};

/// Scores of one class in one case, as the network draws it; NaN if the case does not define it.
struct ClassRecord {
  double dice = 0, iou = 0, surface_dice = 0, hd95_mm = 0;
  double predicted_ml = 0, true_ml = 0;
  std::array<Tidied, clean_ups.size()> tidied;
};

/// A voxel for fitting the calibration.
struct VoxelSample {
  double logit = 0;  ///< structure_logit()
  bool of_structure = false;
  double weight = 1;  ///< share of the case's voxels that it represents
};

struct CaseRecord {
  std::map<std::string, ClassRecord> classes;  ///< by name, without the background
  std::vector<double> missed;                  ///< share of the structure missed, for each of risk_thresholds()
  std::vector<VoxelSample> voxels;             ///< for calibration; their weights sum to 1
  double distance = 0;                         ///< feature distance from the training cases; NaN: unknown
};

struct Examined {
  const Labels& predicted;  ///< on the source grid
  const Labels& truth;
  const Image& probabilities;  ///< on the source grid: of the background, and of the structure (or of its parts)
  double distance;
};
/// What calibration is fitted on and applied to: the log odds that a voxel belongs to the structure, in any of its
/// classes, with the probability limited to 1e-6 ... 1 - 1e-6. probabilities: as in Examined; the channels after the
/// background are summed.
double structure_logit(const Image& probabilities, std::size_t voxel);

CaseRecord compare(const Examined& examined, const std::vector<ClassLabel>& classes);

Json to_json(const CaseRecord& record);
/// Errors: missing keys or other thresholds, as in a record by an earlier version.
CaseRecord case_record_from_json(const JsonView& json);

}  // namespace galen::segment
