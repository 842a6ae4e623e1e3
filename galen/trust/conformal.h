#pragma once
// Conformal prediction: sets of classes and intervals of numbers that contain the truth with a stated frequency,
// whatever the model, provided that new patients come from the same population as the calibration patients.
// The unit is the patient: each has weight 1, divided equally among their cases (hierarchical conformal prediction,
// Lee, Barber and Willett 2023, "Distribution-free inference with hierarchical data"). With one case per patient this
// is split conformal.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/data/finding.h"
#include "galen/trust/calibration.h"

namespace galen {

/// The smallest score q such that a new patient's score is at most q with probability >= level: the
/// ceil((n + 1) level)-th smallest for n patients with one case each. Infinity if there are too few patients (n <
/// level / (1 - level)), or if that score is itself infinite.
double conformal_quantile(std::span<const double> scores, std::span<const std::string> patients, double level);

// ---- Sets of classes ----

struct ClassSample {
  std::vector<double> probabilities;  ///< [class], calibrated, sum 1
  int truth = 0;
  std::string patient;
};

/// Classes whose probability is at least 1 - threshold (LAC: Sadinle, Lei and Wasserman 2019, the smallest sets on
/// average), and always the most probable one. LAC rather than APS: its sets are smaller, and class-conditional
/// thresholds (Mondrian: Vovk 2012) give the advantage of APS, coverage within every class.
struct ConformalSets {
  double level = 0.9;
  bool class_conditional = true;
  std::vector<double> thresholds;  ///< [class]; infinity: too few patients of this class, so it is in every set
  std::vector<int> patients;       ///< [class], number of patients behind each threshold
};

/// Errors: no samples, differing numbers of classes, a truth that is not a class.
ConformalSets fit_sets(std::span<const ClassSample> samples, double level, bool class_conditional);
/// Class numbers, most probable first.
std::vector<int> set_of(const ConformalSets& sets, std::span<const double> probabilities);

// ---- Intervals of numbers ----

enum class Residual {
  absolute,       ///< |truth - predicted|: predicted +- q
  normalised,     ///< |truth - predicted| / spread: predicted +- q spread
  multiplicative  ///< |log(truth / predicted)|: predicted / e^q .. predicted e^q, for volumes and concentrations
};
std::string_view name_of(Residual residual);

struct NumberSample {
  double predicted = 0, truth = 0;
  double spread = 1;  ///< the model's own estimate of its error, positive; used by Residual::normalised
  std::string patient;
};

struct ConformalInterval {
  Residual residual = Residual::absolute;
  double level = 0.9;
  double quantile = 0;  ///< infinity: too few patients for this level
  int patients = 0;
};

/// A multiplicative residual is 0 if both numbers are 0, infinite if only one is.
/// Errors: no samples, numbers that are not finite, spreads that are not positive.
ConformalInterval fit_interval(std::span<const NumberSample> samples, double level, Residual residual);
Interval interval_of(const ConformalInterval& fit, double predicted, double spread = 1);
/// The interval of a number from a bundle's stored fits, which map names to results of fit_interval(). Empty if there
/// is no fit of this name, or if it had too few patients (infinite quantile).
std::optional<Interval> promised_interval(const Json& fits, const std::string& name, double predicted);

// ---- Does the coverage hold? ----

/// Coverage on patients left out of the fit.
struct Coverage {
  double level = 0;          ///< the promised coverage
  double observed = 0;       ///< mean over patients of the weighted share of their cases that are covered
  double low = 0, high = 0;  ///< 95 % interval over patients: exact if each has one case, else by bootstrap
  int patients = 0, cases = 0;
  double size = 0;               ///< mean number of classes, averaged like observed; or median width of the interval
  std::vector<double> by_class;  ///< observed, by true class; NaN for a class without cases; empty for numbers
  /// The data do not contradict the promised level: it lies within the interval or below it.
  bool holds() const { return high >= level; }
};

/// Cross-validation with folds over patients: fits on all folds but one and tests on the one left out, in turn. Empty
/// if there is only one patient. For sets, the calibration is cross-fitted too; a sample's weight is the number of its
/// patient's cases that it stands for.
std::optional<Coverage> cross_fitted_coverage(std::span<const LogitSample> samples, double level,
                                              bool class_conditional, int folds = 5, std::uint64_t seed = 1);
std::optional<Coverage> cross_fitted_coverage(std::span<const NumberSample> samples, double level, Residual residual,
                                              int folds = 5, std::uint64_t seed = 1);

Json to_json(const ConformalSets& sets);
/// Errors: thresholds and patients differ in length.
ConformalSets conformal_sets_from_json(const JsonView& json);
Json to_json(const ConformalInterval& fit);
ConformalInterval conformal_interval_from_json(const JsonView& json);
Json to_json(const Coverage& coverage);

}  // namespace galen
