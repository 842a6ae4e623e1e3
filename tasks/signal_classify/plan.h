#pragma once
// A recipe of signal_classify: what is read from a recording, the network, and how its answers are scored.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "galen/data/dataset.h"
#include "galen/nn/resnet1d.h"
#include "galen/pipeline/recipe.h"
#include "tasks/signal_classify/channels.h"

namespace galen::classify {

struct StripPlan {
  std::vector<Kind> channels = {Kind::ecg};  ///< wanted, in this order; a recording may lack all but one
  double rate_hz = 100;                      ///< at which the network sees them
  double seconds = 30;                       ///< that it sees at once; longer strips are seen in several windows
  std::int64_t batch = 32;                   ///< strips in a training batch

  /// Two inputs for each of the channels; the head and its dropout are the task's own.
  ResNet1d encoder = {.in_channels = 2,
                      .features = {16, 24, 32, 48, 64},
                      .blocks = {1, 1, 1, 1, 1},
                      .kernel = 7,
                      .stem_stride = 2,
                      .squeeze = 4};
  std::int64_t hidden = 48;  ///< width of the layer over the features from signal processing
  double dropout = 0.3;

  std::map<std::string, double> class_weights;  ///< in the loss, by name; missing: 1
  double smoothing = 0.05;                      ///< of the targets
  std::map<std::string, double> class_mix;      ///< of the target population; empty: as in the data
  std::vector<std::string> not_scored;          ///< classes left out of the mean F1
  double missed_cost = 0;  ///< two classes: the cost of missing the second one, if a false one costs 1; 0: F1 decides

  std::int64_t window() const;  ///< samples that the network sees: `seconds`, rounded up for its stages to halve
};
/// Errors: unknown or missing keys, values out of range.
StripPlan plan_from_recipe(const Recipe& recipe);
void put_into_recipe(const StripPlan& plan, Recipe& recipe);
/// Errors: weights, mix or not_scored name classes that the dataset lacks; fewer than two classes; missed_cost
/// with more than two.
void require_fit(const StripPlan& plan, const std::vector<ClassLabel>& classes);

/// The number of a class, by its name in the column `label`. Errors: no label, no such class.
int class_of_label(const std::map<std::string, std::string>& attributes, const std::vector<ClassLabel>& classes);

}  // namespace galen::classify
