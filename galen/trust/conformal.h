#pragma once
// Conformal prediction: sets of classes and intervals of numbers that hold the truth with a stated frequency, whatever
// the model is, as long as new patients come from where the calibration patients came from.
// The unit is the patient: each has weight 1, shared by their cases (hierarchical conformal prediction, Lee, Barber and
// Willett 2023, "Distribution-free inference with hierarchical data"). With one case each this is split conformal.
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
/// ceil((n + 1) level)-th smallest for one case a patient. Infinity when there are too few patients (n < level /
/// (1 - level)), and where the score itself is.
double conformal_quantile(std::span<const double> scores, std::span<const std::string> patients, double level);

// ---- Sets of classes ----

struct ClassSample {
  std::vector<double> probabilities;  ///< [class], calibrated, sum 1
  int truth = 0;
  std::string patient;
};

/// Classes whose probability is at least 1 - threshold (LAC: Sadinle, Lei and Wasserman 2019, the smallest sets on
/// average), and always the most probable one. LAC and not APS: its sets are smaller, and class-conditional thresholds
/// (Mondrian: Vovk 2012) give what APS is wanted for, coverage of every class.
struct ConformalSets {
  double level = 0.9;
  bool class_conditional = true;
  std::vector<double> thresholds;  ///< [class]; infinity: too few patients of this class, it is in every set
  std::vector<int> patients;       ///< [class], patients that decided
};

/// Errors: no samples, differing numbers of classes, a truth that is no class.
ConformalSets fit_sets(std::span<const ClassSample> samples, double level, bool class_conditional);
/// Class numbers, most probable first.
std::vector<int> set_of(const ConformalSets& sets, std::span<const double> probabilities);

// ---- Intervals of numbers ----

enum class Residual {
  absolute,       ///< |truth - predicted|: predicted -+ q
  normalised,     ///< |truth - predicted| / spread: predicted -+ q spread
  multiplicative  ///< |log(truth / predicted)|: predicted / e^q .. predicted e^q, for volumes and concentrations
};
std::string_view name_of(Residual residual);

struct NumberSample {
  double predicted = 0, truth = 0;
  double spread = 1;  ///< the model's own guess of its error, positive; used by Residual::normalised
  std::string patient;
};

struct ConformalInterval {
  Residual residual = Residual::absolute;
  double level = 0.9;
  double quantile = 0;  ///< infinity: too few patients to promise the level
  int patients = 0;
};

/// A multiplicative residual is 0 where both numbers are 0, infinite where one is.
/// Errors: no samples, numbers that are not finite, spreads that are not positive.
ConformalInterval fit_interval(std::span<const NumberSample> samples, double level, Residual residual);
Interval interval_of(const ConformalInterval& fit, double predicted, double spread = 1);
/// The interval of a number by what a bundle keeps: fits holds those of fit_interval() by name. None where it holds
/// none of this name, or one that too few patients decided.
std::optional<Interval> promised_interval(const Json& fits, const std::string& name, double predicted);

// ---- Does it hold? ----

/// Coverage on patients that the fit did not see.
struct Coverage {
  double level = 0;          ///< promised
  double observed = 0;       ///< mean over patients of the share of their cases that are covered, by weight
  double low = 0, high = 0;  ///< 95 % interval over patients: exact where each has one case, else by bootstrap
  int patients = 0, cases = 0;
  double size = 0;               ///< number of classes, a mean as observed is; or median width of the interval
  std::vector<double> by_class;  ///< observed for each true class; NaN where there is none; empty for numbers
  /// The data do not contradict the promise: it lies within that interval, or the coverage is above it.
  bool holds() const { return high >= level; }
};

/// Fits on all folds but one and looks at the patients of that one, in turn (folds over patients). Empty where there is
/// one patient only. Of sets the calibration is fitted so too; a sample's weight says how many of its patient's cases
/// it stands for.
std::optional<Coverage> cross_fitted_coverage(std::span<const LogitSample> samples, double level,
                                              bool class_conditional, int folds = 5, std::uint64_t seed = 1);
std::optional<Coverage> cross_fitted_coverage(std::span<const NumberSample> samples, double level, Residual residual,
                                              int folds = 5, std::uint64_t seed = 1);

Json to_json(const ConformalSets& sets);
/// Errors: thresholds and patients that are not of the same classes.
ConformalSets conformal_sets_from_json(const JsonView& json);
Json to_json(const ConformalInterval& fit);
ConformalInterval conformal_interval_from_json(const JsonView& json);
Json to_json(const Coverage& coverage);

}  // namespace galen
