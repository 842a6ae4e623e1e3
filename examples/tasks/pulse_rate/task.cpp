#include "examples/tasks/pulse_rate/task.h"

#include "examples/tasks/pulse_rate/plan.h"
#include "examples/tasks/pulse_rate/predictor.h"
#include "examples/tasks/pulse_rate/record.h"
#include "examples/tasks/pulse_rate/training.h"

namespace galen {
namespace {

class PulseRate final : public Task {
 public:
  const TaskInfo& info() const override {
    static const TaskInfo info = {
        "pulse_rate",
        1,
        "Find the beats of a pulse wave, and their rate",
        {{"signal", "signal", "a pulse wave (photoplethysmogram), one channel", "", true},
         {"reference", "signal", "another wave of the same heart at the same time, one channel", "", false}},
        {{"beats", "signal", "1 at each beat and 0 elsewhere, at the signal's rate", "", true}},
        true};
    return info;
  }
  Recipe plan(const PlanRequest& request) const override { return pulse::plan_recipe(request); }
  std::unique_ptr<Training> training(const TrainingRequest& request) const override {
    return pulse::make_training(request);
  }
  std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const override {
    return pulse::make_predictor(request);
  }
  Scores score(const Bundle&, const std::vector<Record>& records) const override {
    return pulse::score_records(records);
  }
  void conclude(Bundle& bundle, const std::vector<Record>& records) const override {
    pulse::conclude_records(bundle, records);
  }
  std::map<std::string, Case> goldens(const Bundle&) const override { return {}; }  // no room writes signals yet
};

}  // namespace

std::unique_ptr<const Task> pulse_rate() {
  return std::make_unique<PulseRate>();
}

}  // namespace galen
