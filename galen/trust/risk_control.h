#pragma once
// Conformal risk control: a mask threshold whose expected false-negative rate stays below a stated bound
// (Angelopoulos, Bates, Fisch, Lei and Schuster 2022, "Conformal Risk Control", theorem 1).
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen {

/// Risk of one case at each threshold: the share of true voxels that the mask "probability >= threshold" misses.
struct RiskCurve {
  std::string patient;
  std::vector<double> risk;  ///< [threshold], within [0, 1], non-decreasing
};

/// Missed share of the true voxels at each threshold; thresholds ascend. All 0 if the truth is empty; a voxel whose
/// probability is NaN is missed at every threshold.
/// Errors (defect): probabilities and truth differ in length, thresholds do not ascend.
std::vector<double> false_negative_curve(std::span<const float> probabilities, std::span<const std::uint8_t> truth,
                                         std::span<const double> thresholds);

struct RiskControl {
  double alpha = 0.1;    ///< bound on the expected risk of a new patient
  double threshold = 0;  ///< take voxels whose probability is at least this
  double empirical = 0;  ///< mean risk of the calibration patients at the threshold
  double bound = 0;      ///< n / (n + 1) empirical + 1 / (n + 1) <= alpha
  int patients = 0;
};

/// The largest threshold that meets the bound. Patients are the unit: curves of one patient are averaged. Empty if no
/// threshold meets it (fewer than 1 / alpha - 1 patients, or too much is missed even at the smallest threshold).
/// Errors (defect): curves that differ in length from thresholds, that decrease, or that leave [0, 1]; no curves.
std::optional<RiskControl> control_risk(std::span<const double> thresholds, std::span<const RiskCurve> curves,
                                        double alpha);

/// Risk on patients left out when the threshold was chosen.
struct RiskCheck {
  double alpha = 0;
  double observed = 0;       ///< mean over patients
  double low = 0, high = 0;  ///< 95 % interval, bootstrap over patients
  int patients = 0;
  double threshold = 0;  ///< mean of the folds' thresholds
  /// The data do not contradict the bound.
  bool holds() const { return low <= alpha; }
};

/// Chooses the threshold on all folds but one and measures the risk on the one left out, in turn. Empty if for some
/// fold no threshold meets the bound.
std::optional<RiskCheck> cross_fitted_risk(std::span<const double> thresholds, std::span<const RiskCurve> curves,
                                           double alpha, int folds = 5, std::uint64_t seed = 1);

Json to_json(const RiskControl& control);
RiskControl risk_control_from_json(const JsonView& json);
Json to_json(const RiskCheck& check);

}  // namespace galen
