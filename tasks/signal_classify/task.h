#pragma once
// signal_classify: one class for a whole recording, or strip. See README.md.
#include "galen/pipeline/task.h"

namespace galen {

std::unique_ptr<const Task> signal_classify();

namespace classify {

/// Implements the contract (galen/pipeline/task.h), each part in a file of its own.
class SignalClassify final : public Task {
 public:
  const TaskInfo& info() const override;
  Recipe plan(const PlanRequest& request) const override;
  /// Keeps the strips in memory. Errors: no case to train on, no label, a label that is not a class, no strip that can
  /// be assessed.
  std::unique_ptr<Training> training(const TrainingRequest& request) const override;
  std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const override;
  /// See record.h.
  Scores score(const Bundle& bundle, const std::vector<Record>& records) const override;
  std::map<std::string, CaseScores> case_scores(const Bundle& bundle,
                                                const std::vector<Record>& records) const override;
  void conclude(Bundle& bundle, const std::vector<Record>& records) const override;
  std::map<std::string, Case> goldens(const Bundle& bundle) const override;
};

}  // namespace classify
}  // namespace galen
