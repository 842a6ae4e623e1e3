#pragma once
// For tests: a task with the linear model. Its bundles record the patients of each network and the networks that
// judged each case.
#include <algorithm>
#include <set>

#include "galen/train/fake_training_test.h"
#include "galen/train/start_weights.h"

namespace galen::testing_train {

/// The weights of a network from a bundle, where they may be stored in 16 bits.
inline std::vector<float> stored_weights(const Graph& network) {
  Graph graph = linear_graph();
  copy_weights(graph, network);
  return weights_of(graph);
}

/// Called before every step of the task, and may throw. Steps: "batch", "validate", "describe", "examine", "conclude".
using StepHook = std::function<void(const std::string& step)>;

/// The batches depend on the seed and on the training patients, so that every network differs from the others.
class FakeTraining : public LinearTraining {
 public:
  FakeTraining(const TrainingRequest& request, const StepHook& step) : step_(step) {
    data_seed = request.recipe.seed;
    for (const DatasetRow* row : request.train) {
      patients_.insert(request.load(*row).patient);
      data_seed += hash_text(row->patient);
    }
    for (const DatasetRow* row : request.validate) request.load(*row);
    if (request.start != nullptr) start_ = request.start->id;
    on_batch = [&step](std::uint64_t, std::uint64_t) { step("batch"); };
    on_validate = [&step](const Graph& network) { return step("validate"), distance(network); };
  }
  Json describe(const Graph&, Engine&) const override {
    step_("describe");
    return {{"patients", patients_}, {"start", start_}};
  }

 private:
  const StepHook& step_;
  std::set<std::string> patients_;
  std::string start_;
};

class FakePredictor : public Predictor {
 public:
  FakePredictor(const PredictorRequest& request, const StepHook& step)
      : bundle_(request.bundle), precision_(request.options.precision), step_(step) {}

  Finding predict(const Case&, Progress&) const override { return {}; }
  Record examine(const Case& input) const override {
    step_("examine");
    const auto damaged = input.attributes.find("damaged");
    if (damaged != input.attributes.end() && (damaged->second == "yes" || damaged->second == name_of(precision_))) {
      throw Error("image", "is damaged");
    }
    int saw = 0;
    for (const Json& member : bundle_->reference.at("members")) {
      const Json& patients = member.at("patients");
      saw += std::find(patients.begin(), patients.end(), input.patient) != patients.end();
    }
    Json weights = Json::array();
    for (const Graph& network : bundle_->graphs(trained_network)) weights.push_back(stored_weights(network));
    Record record;
    record.values = {{"networks", bundle_->networks.at(trained_network)},
                     {"saw_the_patient", saw},
                     {"weights", weights},
                     {"precision", name_of(precision_)}};
    return record;
  }

 private:
  const std::shared_ptr<const Bundle> bundle_;
  const Precision precision_;
  const StepHook& step_;
};

class FakeTask : public Task {
 public:
  const TaskInfo& info() const override {
    static const TaskInfo info = {"fake", 1, "Nothing", {{"image", "volume", "", "", true}}, {}, false};
    return info;
  }
  Recipe plan(const PlanRequest&) const override { return {}; }
  std::unique_ptr<Training> training(const TrainingRequest& request) const override {
    return std::make_unique<FakeTraining>(request, step_);
  }
  std::unique_ptr<Predictor> predictor(const PredictorRequest& request) const override {
    return std::make_unique<FakePredictor>(request, step_);
  }
  /// One metric for each case, "judged.<case>", lower in precisions other than f32.
  Scores score(const Bundle&, const std::vector<Record>& records) const override {
    Scores scores;
    for (const Record& record : records) {
      const double value = record.values.at("precision") == "f32" ? 1 : 1 - loss_of_precision;
      scores["judged." + record.case_id] = {value, value - 0.5, value + 0.5, 1};
    }
    return scores;
  }
  /// All records go into decision.records.
  void conclude(Bundle& bundle, const std::vector<Record>& records) const override {
    step_("conclude");
    bundle.decision["records"] = Json::array();
    for (const Record& record : records) bundle.decision["records"].push_back(to_json(record));
  }
  std::map<std::string, Case> goldens(const Bundle&) const override { return {}; }

  StepHook on_step;
  double loss_of_precision = 0;

 private:
  const StepHook step_ = [this](const std::string& step) {
    if (on_step) on_step(step);
  };
};

}  // namespace galen::testing_train
