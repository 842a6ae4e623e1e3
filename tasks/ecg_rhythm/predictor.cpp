#include <fmt/format.h>

#include "tasks/ecg_rhythm/leads.h"
#include "tasks/ecg_rhythm/record.h"
#include "tasks/ecg_rhythm/task.h"

namespace galen::ecg {
namespace {

class EcgPredictor final : public Predictor {
 public:
  explicit EcgPredictor(const PredictorRequest& request) : bundle_(request.bundle) {
    JsonView(request.options.settings, "--set").only({});
    const BeatPlan plan = plan_from_recipe(recipe_from_json({bundle_->recipe, "recipe.json"}));
    for_files_ = networks_for_files(plan, bundle_->graphs("main"), request.engine, request.options);
  }

  Finding predict(const Case& input, Progress&) const override {
    Finding finding;
    finding.case_id = input.id;
    return finding;
  }

  Record examine(const Case& input) const override {
    return {input.id, input.patient, input.attributes, to_json(examine_recording(recording_of(input), for_files_))};
  }

 private:
  std::shared_ptr<const Bundle> bundle_;
  std::shared_ptr<const BeatNetworks> for_files_;
};

}  // namespace

std::unique_ptr<Predictor> EcgRhythm::predictor(const PredictorRequest& request) const {
  return std::make_unique<EcgPredictor>(request);
}

void EcgRhythm::conclude(Bundle&, const std::vector<Record>&) const {}
std::map<std::string, Case> EcgRhythm::goldens(const Bundle&) const {
  return {};
}

}  // namespace galen::ecg
