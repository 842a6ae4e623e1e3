#pragma once
// pulse_rate: when the beats of a pulse wave are, and how many a minute. A template for tasks: see README.md.
#include "galen/pipeline/task.h"

namespace galen {

std::unique_ptr<const Task> pulse_rate();

namespace pulse {

/// Implements the contract (galen/pipeline/task.h), each part in a file of its own.
class PulseRate final : public Task {
 public:
  const TaskInfo& info() const override;
  Recipe plan(const PlanRequest& request) const override;
  /// Keeps the signals in memory. Errors: no case to train on, truth that does not fit its signal.
  std::unique_ptr<Training> training(const TrainingRequest& request) const override;
  /// Networks of the bundle: "main" finds beats; "quality", which may be missing, detects usable windows. The bundle
  /// in the role "reference" of `uses` answers for the reference signal; without one, this bundle does.
  std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const override;
  /// "f1" and "rate_error" (beats a minute): means over cases.
  Scores score(const Bundle& bundle, const std::vector<Record>& records) const override;
  std::map<std::string, CaseScores> case_scores(const Bundle& bundle,
                                                const std::vector<Record>& records) const override;
  void conclude(Bundle& bundle, const std::vector<Record>& records) const override;
  std::map<std::string, Case> goldens(const Bundle&) const override { return {}; }
};

/// The contents of a recipe: derived from the dataset by plan(), may be edited by users.
struct PulsePlan {
  double rate_hz = 50;        ///< of the signals; others are refused
  std::int64_t window = 256;  ///< samples that the networks see at once, a multiple of 4; the middle half counts
  std::vector<std::int64_t> features = {16, 16, 16};  ///< channels of the layers
  std::int64_t kernel = 15;                           ///< of the convolutions, in samples; odd
};
/// Errors: unknown or missing keys, values out of range.
PulsePlan plan_from_recipe(const Recipe& recipe);
/// Errors: not one channel at the plan's rate.
void require_fit(const PulsePlan& plan, double rate_hz, std::size_t channels);

/// Times of the beats in seconds. Errors: the truth has another rate or length than the signal.
std::vector<double> true_beats(const Signal& signal, const Signal& beats);
/// F1, which combines sensitivity and positive predictive value: a beat is found if one is within 150 ms (ANSI/AAMI
/// EC57); each counts once. 1 if there is none in either.
double f1_of(const std::vector<double>& found, const std::vector<double>& truth);
/// Mean rate over the plausible intervals between beats (0.3 to 2 s: none spans a gap); NaN without one.
double rate_per_minute(const std::vector<double>& beats);

}  // namespace pulse
}  // namespace galen
