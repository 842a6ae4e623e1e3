#pragma once
// Scores of yes/no predictions: how well they rank, how well they are calibrated, how well they decide.
// Each is NaN if it is undefined (ranking with only one class, PPV without a positive prediction), as the bootstrap
// expects. Errors (defect) of functions that sort outcomes: a probability that is NaN.
#include <span>
#include <string>
#include <vector>

#include "galen/metric/bootstrap.h"
#include "galen/metric/score.h"

namespace galen {

struct BinaryOutcome {
  double probability = 0;  ///< predicted, of yes, in [0, 1]; if outcomes are only ranked, any but NaN
  bool truth = false;
};

/// Chance that a random yes ranks above a random no; ties count half (Mann and Whitney 1947; Hanley and McNeil 1982).
double auroc(std::span<const BinaryOutcome> outcomes);
/// Average precision, sum of (R_i - R_i-1) P_i over distinct probabilities, without interpolation.
double auprc(std::span<const BinaryOutcome> outcomes);
/// Mean squared error of the probabilities (Brier 1950).
double brier(std::span<const BinaryOutcome> outcomes);
/// Mean of -log P(truth), natural logarithm, with P clamped to at least 1e-12.
double log_loss(std::span<const BinaryOutcome> outcomes);

/// Logistic recalibration (Cox 1958, "Two further applications of a model for binary regression"):
/// logit P(yes) = intercept + slope * logit(probability). Perfect: slope 1, intercept 0; slope below 1: too extreme.
struct Recalibration {
  double slope = 1, intercept = 0;
};
/// NaN if the classes are separable.
Recalibration recalibration(std::span<const BinaryOutcome> outcomes);

/// Expected calibration error in bins of equal mass (Nixon et al. 2019, "Measuring calibration in deep learning"):
/// outcomes are sorted and cut into bins whose counts differ by at most one; equal probabilities share the mean of
/// their truths, whichever bins they fall into. Biased upwards for few outcomes: read it with its interval. With fewer
/// outcomes than bins, each has its own bin.
double expected_calibration_error(std::span<const BinaryOutcome> outcomes, int bins = 15);

/// Counts at a threshold: yes if probability >= threshold.
struct Confusion {
  double true_positive = 0, false_positive = 0, true_negative = 0, false_negative = 0;

  double sensitivity() const;
  double specificity() const;
  double ppv() const;
  double npv() const;
  double f1() const;  ///< NaN when nothing is positive, predicted or true
  double accuracy() const;
};
Confusion confusion(std::span<const BinaryOutcome> outcomes, double threshold);

/// All of the above with intervals over patients: "auroc", "auprc", "brier", "log_loss", "calibration.slope",
/// "calibration.intercept", "calibration.ece", "sensitivity", "specificity", "ppv", "npv", "f1", "accuracy",
/// "prevalence". Errors (defect): the numbers of patients and outcomes differ.
Scores binary_scores(const std::vector<BinaryOutcome>& outcomes, std::span<const std::string> patients,
                     double threshold, const BootstrapOptions& options = {});

}  // namespace galen
