#include "galen/train/protocol.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "galen/base/threads.h"
#include "galen/train/schedule.h"

namespace galen {
namespace {

std::string unit_of(const Dataset& dataset) {
  return dataset.patients_known ? "patients" : "cases (patients unknown)";
}

/// The cases from which probabilities and coverage were determined.
std::string concluded_from(const Dataset& dataset, const Schedule& schedule) {
  if (!dataset.of(Split::calibrate).empty()) return "the calibrate split";
  const std::string side =
      dataset.of(Split::validate).empty() ? "a held-out part of the train split" : "the validate split";
  return chooses_on_validate(schedule) ? side + ", which chose the weights too" : side;
}

}  // namespace

std::string protocol_of_folds(const Dataset& dataset, const Schedule& schedule, const TrainOptions& options,
                              const std::vector<int>& folds, const Judged& judged) {
  const std::string unit = unit_of(dataset);
  return fmt::format(
      "cross-validation by {} on '{}', {} of {} folds (numbers {}), scores pooled out-of-fold: {} cases of {} {}, "
      "{} failed; each case judged by the {} network(s) that did not see it, {}, decisions and coverage "
      "cross-fitted; 95 % intervals by bootstrap over {}; f32 on {}",
      dataset.patients_known ? "patient" : "case", dataset.name, folds.size(), options.folds, fmt::join(folds, ", "),
      judged.cases, judged.patients, unit, judged.failed, options.seeds,
      chooses_on_validate(schedule) ? "weights chosen on patients of neither side" : "weights of the last epoch", unit,
      processor());
}

std::string protocol_of_splits(const Dataset& dataset, const Schedule& schedule, const Judged& judged) {
  const std::string unit = unit_of(dataset), concluded = concluded_from(dataset, schedule);
  if (dataset.of(Split::test).empty()) {
    return fmt::format("no scores: '{}' has no test split; probabilities and coverage are from {}", dataset.name,
                       concluded);
  }
  return fmt::format(
      "test split of '{}': {} cases of {} {}, {} failed; probabilities and coverage from {}; 95 % intervals by "
      "bootstrap over {}; f32 on {}",
      dataset.name, judged.cases, judged.patients, unit, judged.failed, concluded, unit, processor());
}

std::string protocol_of_refitted(const std::string& protocol_of_folds) {
  return protocol_of_folds + "; the bundle holds the network trained on all of these, which no score here is of";
}

}  // namespace galen
