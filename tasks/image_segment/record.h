#pragma once
// What is kept of one examined case: enough for every score, for calibration and for coverage.
#include <array>
#include <map>
#include <string>
#include <vector>

#include "galen/data/dataset.h"
#include "galen/prep/image.h"
#include "tasks/image_segment/clean_up.h"

namespace galen::segment {

/// Thresholds of the foreground probability at which a mask's misses are recorded, ascending.
const std::vector<double>& risk_thresholds();

/// What a way of clean_ups makes of a class.
struct Tidied {
  double dice = 0, predicted_ml = 0;
};

/// Scores of one class in one case, as the network draws it; NaN where the case says nothing of it.
struct ClassRecord {
  double dice = 0, iou = 0, surface_dice = 0, hd95_mm = 0;
  double predicted_ml = 0, true_ml = 0;
  std::array<Tidied, clean_ups.size()> tidied;
};

struct CaseRecord {
  std::map<std::string, ClassRecord> classes;  ///< by name, background left out
  std::vector<double> missed;                  ///< share of the structure missed, by risk_thresholds()
  std::vector<std::vector<double>> logits;     ///< of sampled voxels near the structure [sample][class]
  std::vector<int> truths;                     ///< of the same voxels
  double distance = 0;                         ///< feature distance from the training cases; NaN: not told
};

struct Examined {
  const Labels& predicted;  ///< on the source grid
  const Labels& truth;
  const Image& probabilities;  ///< on the source grid [class]
  double distance;
};
/// What calibration is fitted on and applied to: log probabilities of one voxel [class], held above log(1e-6).
std::vector<double> log_probabilities(const Image& probabilities, std::size_t voxel);

CaseRecord compare(const Examined& examined, const std::vector<ClassLabel>& classes);

Json to_json(const CaseRecord& record);
CaseRecord case_record_from_json(const JsonView& json);

}  // namespace galen::segment
