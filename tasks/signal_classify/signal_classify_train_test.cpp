// Trains the task on synthetic strips; the bundle then answers for one that it has not seen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/random.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/pipeline/predict.h"
#include "galen/train/torch/torch_engine.h"
#include "galen/train/train_bundle.h"
#include "tasks/signal_classify/classifier.h"
#include "tasks/signal_classify/phantom.h"
#include "tasks/signal_classify/task.h"

namespace galen {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Dataset strips() {
  Dataset dataset;
  dataset.name = "strips";
  dataset.licence = "CC0-1.0";
  dataset.classes = {{0, "regular", {}}, {1, "irregular", {}}};
  for (int i = 0; i < 48; ++i) {
    const std::string name = std::to_string(i);
    dataset.rows.push_back({"case-" + name, "patient-" + name, Split::train, {}});
  }
  return dataset;
}

Case load(const DatasetRow& row) {
  const std::uint64_t seed = hash_text(row.id);
  classify::PhantomOptions options;
  options.rhythm = seed % 2 == 1 ? classify::Rhythm::irregular : classify::Rhythm::regular;
  options.seconds = 8 + static_cast<double>(seed % 7);
  options.per_minute = 60 + static_cast<double>(seed % 40);
  options.inverted = seed % 3 == 0;
  options.seed = seed;
  Case out{row.id, row.patient, {{"signal", classify::phantom({classify::Kind::ecg}, options)}}, {}, {}};
  out.attributes["label"] = seed % 2 == 1 ? "irregular" : "regular";
  return out;
}

TEST(SignalClassifyTraining, LearnsMadeRhythmsAndTheBundleTellsThem) {
  const TemporaryFolder folder;
  std::vector<std::unique_ptr<const Task>> tasks;
  tasks.push_back(signal_classify());
  const Registry registry(std::move(tasks));
  const Task& task = registry.task("signal_classify");
  const auto engine = openvino_engine();

  const Dataset dataset = strips();
  Recipe recipe = task.plan({dataset, dataset.of(Split::train), load, 1, 0, 0, no_progress()});
  recipe.network["features"] = {4, 8};
  recipe.network["blocks"] = {1, 1};
  recipe.plan["batch"] = 8;
  recipe.schedule.epochs = 6;
  recipe.schedule.batches_per_epoch = 8;
  recipe.schedule.warmup_updates = 4;
  recipe.schedule.learning_rate = 1e-2;
  recipe.schedule.ema_decay = 0.8;
  TrainOptions options;
  options.target = folder.path() / "strips";
  options.folds = 2;
  train_bundle({task, recipe, dataset, load, *torch_engine(), *engine, no_progress()}, options);

  const Service service = open_service(registry, open_bundle(options.target), *engine, {});
  EXPECT_GT(service.bundle->results["metrics"]["f1.mean"]["value"], 0.9);
  EXPECT_EQ(verify_goldens(service), 4);
  for (const Precision native : engine->native_precisions()) {
    if (native == Precision::f32) continue;
    const Json effect = service.bundle->precisions.at(name_of(native));
    EXPECT_EQ(effect["cases"], service.bundle->results["cases"]);
    EXPECT_EQ(effect["failed"], 0);
    EXPECT_TRUE(effect["scores"].contains("f1.mean"));
  }
  const auto answer = [&](const classify::PhantomOptions& made) {
    return service.answer({"new", "new", {{"signal", classify::phantom({classify::Kind::ecg}, made)}}, {}, {}},
                          no_progress());
  };
  const Finding irregular = answer({.rhythm = classify::Rhythm::irregular, .seconds = 12, .per_minute = 80, .seed = 9});
  EXPECT_THAT(irregular.statements.at(0).text, HasSubstr("irregular"));
  EXPECT_GT(irregular.statements.at(0).probability.value(), 0.5);
  EXPECT_THAT(irregular.statements.at(0).set, Contains("irregular"));
  const Finding brief = answer({.seconds = 3});
  EXPECT_TRUE(brief.statements.empty());
  EXPECT_THAT(brief.warnings.at(0).text, HasSubstr("not assessable"));

  const classify::StripPlan plan = classify::plan_from_recipe(recipe_of(*service.bundle));
  const classify::Classifier of_three(plan, 3, service.bundle->graphs(trained_network), *engine, {});
  const classify::Strip strip = classify::read_strip(plan, classify::phantom({classify::Kind::ecg}, {.seconds = 12}));
  EXPECT_THAT([&] { of_three.logits(strip); }, ::testing::ThrowsMessage<Error>(HasSubstr("f32 [1, 3] is expected")));
}

}  // namespace
}  // namespace galen
