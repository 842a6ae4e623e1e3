#pragma once
// From calibrated probabilities to a class: which one serves the recipe's measure best.
#include <span>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "tasks/signal_classify/plan.h"

namespace galen::classify {

/// A strip with its class, as decided or to be decided.
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

/// The best decision for a ratio of two sums (Dinkelbach, Management Science 1967) is one of gains that are linear in
/// the probabilities; iterated until it decides no strip otherwise. missed_cost > 0: (TP + TN) / (TP + TN + FP +
/// cost FN). Else the mean F1 of the scored classes, each 2 TP / (decided + true): a gain of (2 p - F1) / (decided +
/// true) for each (a step of Frank and Wolfe). Few free numbers, and no search: what it fits is the level of the
/// measure, not single strips.
Decision fit_decision(const StripPlan& plan, const std::vector<ClassLabel>& classes, std::span<const Judged> strips);

Json to_json(const Decision& decision);
Decision decision_from_json(const JsonView& json);

/// Sums of weights: counts[true][decided].
struct Counts {
  std::vector<std::vector<double>> of;
  explicit Counts(std::size_t classes) : of(classes, std::vector<double>(classes)) {}
  double f1(std::size_t kind) const;  ///< NaN: there is none
  double mean_f1(const StripPlan& plan, const std::vector<ClassLabel>& classes) const;
  double accuracy() const;
  double recall(std::size_t kind) const;   ///< NaN: there is none
  double score(double missed_cost) const;  ///< of two classes
};
bool is_scored(const StripPlan& plan, const ClassLabel& label);

}  // namespace galen::classify
