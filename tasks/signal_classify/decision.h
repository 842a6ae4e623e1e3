#pragma once
// From calibrated probabilities to the class that is best by the recipe's measure.
#include <span>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "tasks/signal_classify/plan.h"

namespace galen::classify {

/// A strip with its probabilities and its class.
struct Judged {
  std::vector<double> probabilities;  ///< [class], calibrated
  int truth = 0;
  double weight = 1;
};

/// The class with the greatest slope * probability + offset.
struct Decision {
  std::vector<double> slope, offset;  ///< [class]

  int of(std::span<const double> probabilities) const;
};

/// The best decision for a ratio of two sums (Dinkelbach, Management Science 1967) has gains linear in the
/// probabilities; iterated until the measure no longer rises. missed_cost > 0: (TP + TN) / (TP + TN + FP + cost FN).
/// Otherwise the mean F1 of the scored classes, each 2 TP / (decided + true), with a gain of (2 p - F1) / (decided +
/// true) for each (a Frank-Wolfe step). With few free parameters and no search, it fits the level of the measure, not
/// single strips.
Decision fit_decision(const StripPlan& plan, const std::vector<ClassLabel>& classes, std::span<const Judged> strips);

Json to_json(const Decision& decision);
Decision decision_from_json(const JsonView& json);

/// Sums of weights: counts[true][decided].
struct Counts {
  std::vector<std::vector<double>> of;
  explicit Counts(std::size_t classes) : of(classes, std::vector<double>(classes)) {}
  double f1(std::size_t kind) const;  ///< NaN: the class does not occur
  double mean_f1(const StripPlan& plan, const std::vector<ClassLabel>& classes) const;
  double accuracy() const;
  double recall(std::size_t kind) const;   ///< NaN: the class does not occur
  double score(double missed_cost) const;  ///< for two classes
};
bool is_scored(const StripPlan& plan, const ClassLabel& label);

}  // namespace galen::classify
