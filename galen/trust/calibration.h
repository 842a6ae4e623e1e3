#pragma once
// Probabilities that mean what they say: maps from a network's logits to calibrated probabilities.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen {

/// One judged decision. A case may give many (the voxels of a mask), or few with weights (a histogram of logits).
struct LogitSample {
  std::vector<double> logits;  ///< [class]; one alone: the log odds of class 1 in a yes/no question
  int truth = 0;               ///< class number
  std::string patient;
  double weight = 1;
};

enum class CalibrationMethod {
  none,         ///< softmax (or sigmoid) of the logits as they are
  temperature,  ///< logits / T (Guo et al. 2017)
  platt,        ///< yes/no: a logit + b, with Platt's smoothed targets (Platt 1999)
  isotonic,     ///< yes/no: a function that does not decrease (Zadrozny and Elkan 2002), by pooling violators
  vector        ///< classes: a_k logit_k + b_k (Guo et al. 2017)
};
std::string_view name_of(CalibrationMethod method);

/// Plain data; which fields are used depends on the method.
struct Calibration {
  CalibrationMethod method = CalibrationMethod::none;
  int classes = 1;                    ///< length of logits; 1 for a yes/no question
  std::vector<double> scale, bias;    ///< temperature: {1 / T} and none; platt: {a}, {b}; vector: [class] each
  std::vector<double> knots, levels;  ///< isotonic: P = levels[i] at logit knots[i], linear between, constant outside
};

/// Calibrated probabilities [class]; for one logit {P(no), P(yes)}. Errors: another number of logits.
std::vector<double> probabilities_of(const Calibration& calibration, std::span<const double> logits);
/// P(yes) of one logit.
double probability_of(const Calibration& calibration, double logit);

/// Errors: no samples, differing numbers of logits, a truth that is no class, a method that does not fit the question.
Calibration fit_calibration(CalibrationMethod method, std::span<const LogitSample> samples);

/// Weighted mean of -log P(truth); probabilities are held above 1e-7, as isotonic levels may be 0.
double log_loss(const Calibration& calibration, std::span<const LogitSample> samples);

struct CalibrationChoice {
  Calibration calibration;                 ///< of the chosen method, fitted on all samples
  std::map<std::string, double> log_loss;  ///< cross-fitted, by method
  int patients = 0;
};

/// The method with the least log loss on patients that it was not fitted on (folds over patients); a method with more
/// freedom must win by more than one standard error over patients, else the simpler one stays: few patients never buy
/// an isotonic one. One patient alone: none.
CalibrationChoice choose_calibration(std::span<const LogitSample> samples, int folds = 5, std::uint64_t seed = 1);

Json to_json(const Calibration& calibration);
Calibration calibration_from_json(const JsonView& json);
Json to_json(const CalibrationChoice& choice);

}  // namespace galen
