#pragma once
// Calibration: maps from a network's logits to probabilities that match observed frequencies.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen {

/// One decision and its truth. A case may give many (the voxels of a mask), or a few with weights (logit histogram).
struct LogitSample {
  std::vector<double> logits;  ///< [class]; for a yes/no question one value, the log odds of class 1 (yes)
  int truth = 0;               ///< class number
  std::string patient;
  double weight = 1;
};

enum class CalibrationMethod {
  none,         ///< softmax (or sigmoid) of the logits as they are
  temperature,  ///< logits / T (Guo et al. 2017)
  platt,        ///< yes/no: a logit + b, with Platt's smoothed targets (Platt 1999)
  isotonic,     ///< yes/no: a non-decreasing function, by pool adjacent violators (Zadrozny and Elkan 2002)
  vector        ///< several classes: a_k logit_k + b_k (Guo et al. 2017)
};
std::string_view name_of(CalibrationMethod method);

/// Plain data; which fields are used depends on the method.
struct Calibration {
  CalibrationMethod method = CalibrationMethod::none;
  int classes = 1;                    ///< length of logits; 1 for a yes/no question
  std::vector<double> scale, bias;    ///< temperature: {1 / T}, {}; platt: {a}, {b}; vector: [class] each
  std::vector<double> knots, levels;  ///< isotonic: P = levels[i] at logit knots[i], linear between, constant outside
};

/// Calibrated probabilities [class]; {P(no), P(yes)} for one logit. Errors: wrong number of logits.
std::vector<double> probabilities_of(const Calibration& calibration, std::span<const double> logits);
/// P(yes) for a yes/no question's logit.
double probability_of(const Calibration& calibration, double logit);

/// Errors: no samples, or none of any weight; differing numbers of logits; a truth that is not a class; a logit or a
/// weight that is not finite, or a negative weight; a method not for this many logits.
Calibration fit_calibration(CalibrationMethod method, std::span<const LogitSample> samples);

/// Weighted mean of -log P(truth); probabilities are clipped to at least 1e-7, as isotonic levels may be 0.
double log_loss(const Calibration& calibration, std::span<const LogitSample> samples);

struct CalibrationChoice {
  Calibration calibration;                 ///< by the chosen method, fitted on all samples
  std::map<std::string, double> log_loss;  ///< cross-fitted, by method
  int patients = 0;
};

/// Chooses the method by cross-fitted log loss (folds over patients), from simple to flexible: a more flexible method
/// replaces a simpler one only if it is better by more than one standard error over patients, so that a few patients do
/// not lead to an isotonic fit. With a single patient: CalibrationMethod::none.
CalibrationChoice choose_calibration(std::span<const LogitSample> samples, int folds = 5, std::uint64_t seed = 1);

Json to_json(const Calibration& calibration);
Calibration calibration_from_json(const JsonView& json);
Json to_json(const CalibrationChoice& choice);

}  // namespace galen
