#pragma once
// ecg_rhythm: every beat of a recording with its class, the rhythm over time, and alarms as they happen. See README.md.
#include "galen/pipeline/task.h"

namespace galen {

std::unique_ptr<const Task> ecg_rhythm();

namespace ecg {

/// Implements the contract of a task (galen/pipeline/task.h), its larger parts in files of their own.
class EcgRhythm final : public Task {
 public:
  const TaskInfo& info() const override;
  Recipe plan(const PlanRequest& request) const override;
  /// Keeps the beats in memory. Errors: no case to train on, no annotated recording, truth that does not fit its
  /// signal.
  std::unique_ptr<Training> training(const TrainingRequest& request) const override;
  std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const override;
  /// Gross and mean figures of both protocols, see record.h.
  Scores score(const Bundle& bundle, const std::vector<Record>& records) const override;
  std::map<std::string, CaseScores> case_scores(const Bundle& bundle,
                                                const std::vector<Record>& records) const override;
  void conclude(Bundle& bundle, const std::vector<Record>& records) const override;
  std::map<std::string, Case> goldens(const Bundle& bundle) const override;
};

}  // namespace ecg
}  // namespace galen
