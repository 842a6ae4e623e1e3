// Recordings without an ECG, from the plan to the answer of an untrained network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/progress.h"
#include "galen/data/memory_source.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/trust/calibration.h"
#include "tasks/signal_classify/lead_beats.h"
#include "tasks/signal_classify/network.h"
#include "tasks/signal_classify/phantom.h"
#include "tasks/signal_classify/task.h"

namespace galen::classify {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Not;

std::vector<std::string> planned_for(const std::vector<Kind>& channels) {
  Dataset dataset;
  dataset.name = "strips";
  dataset.classes = {{0, "calm", {}}, {1, "not", {}}};
  dataset.rows.push_back({"case", "patient", Split::train, {}});
  const auto load = [&](const DatasetRow& row) {
    return Case{row.id, row.patient, {{"signal", phantom(channels, {})}}, {{"label", "calm"}}, {}};
  };
  const SignalClassify task;
  const Recipe recipe = task.plan({dataset, dataset.of(Split::train), load, 1, 0, 0, no_progress()});
  return recipe.plan.at("channels").get<std::vector<std::string>>();
}

TEST(StripPlan, AnEcgIsPlannedWhereThereIsOne) {
  EXPECT_THAT(planned_for({Kind::pulse}), ElementsAre("pulse"));
  EXPECT_THAT(planned_for({Kind::pressure, Kind::pulse}), ElementsAre("pressure", "pulse"));
  EXPECT_THAT(planned_for({Kind::ecg}), ElementsAre("ecg"));
  EXPECT_THAT(planned_for({Kind::ecg, Kind::ecg, Kind::pulse}), ElementsAre("ecg", "ecg", "pulse"));
}

std::shared_ptr<const Bundle> untrained_bundle(const std::vector<Kind>& channels, const fs::path& target,
                                               double missed_cost = 0, const Json& decision = Json::object()) {
  StripPlan plan;
  plan.missed_cost = missed_cost;
  plan.channels = channels;
  plan.encoder.features = {4, 8};
  plan.encoder.blocks = {1, 1};
  Recipe recipe;
  recipe.task = "signal_classify";
  put_into_recipe(plan, recipe);
  Bundle bundle;
  bundle.id = "untrained";
  bundle.task = "signal_classify";
  bundle.recipe = to_json(recipe);
  bundle.classes = {{0, "calm", {}}, {1, "not", {}}};
  bundle.networks = {{trained_network, {"main.onnx"}}};
  bundle.decision = decision;
  bundle.calibration["calibration"] = to_json(Calibration());
  const FeatureScale scale = scale_of({read_strip(plan, phantom(channels, {})).features});
  write_bundle(bundle, {{{"main.onnx", extract(training_graph(plan, scale, 2, 1), {"logits"})}}, Scalar::f32, {}},
               target, false);
  return open_bundle(target);
}

std::unique_ptr<Predictor> predictor_of(const std::shared_ptr<const Bundle>& bundle, Engine& engine) {
  static const SignalClassify task;
  PredictOptions options;
  options.precision = Precision::f32;
  options.threads = 1;
  return task.predictor({bundle, engine, options, {}});
}

TEST(StripPredictor, AnswersOfPulseWavesAlone) {
  const TemporaryFolder folder;
  const auto engine = openvino_engine();
  const auto predictor = predictor_of(untrained_bundle({Kind::pulse}, folder.path() / "untrained"), *engine);
  const Case input{"case", "patient", {{"signal", phantom({Kind::pulse}, {})}}, {{"label", "calm"}}, {}};
  const Finding finding = predictor->predict(input, no_progress());
  EXPECT_EQ(finding.statements.size(), 1u);
  EXPECT_TRUE(finding.warnings.empty()) << finding.warnings.front().text;
  EXPECT_FALSE(predictor->examine(input).values.at("logits").empty());
}

TEST(StripPredictor, WarnsOfTooFewIntervalsEvenIfThereAreBeats) {
  const TemporaryFolder folder;
  const auto engine = openvino_engine();
  const auto predictor = predictor_of(untrained_bundle({Kind::ecg}, folder.path() / "untrained"), *engine);
  const Signal whole = phantom({Kind::ecg}, {.seconds = 24, .per_minute = 20});
  std::vector<float> samples = whole.source->read(0, 0, whole.length);
  const auto warned_of = [&] {
    const Signal signal = held_signal(whole.channels, whole.rate_hz, {samples});
    std::vector<std::string> out;
    for (const Warning& one :
         predictor->predict({"case", "patient", {{"signal", signal}}, {}, {}}, no_progress()).warnings) {
      out.push_back(one.text);
    }
    return out;
  };
  const std::string warning = "fewer than 3 intervals between beats could be measured";
  EXPECT_THAT(warned_of(), Not(Contains(warning)));
  // Between any two beats, more than a second is missing.
  for (std::int64_t at = 400; at + 300 < whole.length; at += 750) std::fill_n(samples.begin() + at, 300, NAN);
  EXPECT_GE(lead_beats(samples, whole.rate_hz).at_seconds.size(), 6u);
  EXPECT_THAT(warned_of(), Contains(warning));
}

TEST(StripPredictor, SaysWhyItDecidesForTheLessLikelyClass) {
  const TemporaryFolder folder;
  const auto engine = openvino_engine();
  const Case input{"case", "patient", {{"signal", phantom({Kind::pulse}, {})}}, {}, {}};
  const auto said = [&](double missed_cost) {
    // "not" is almost certain, but the decision is always "calm".
    const Json decision = {{"class", {{"slope", {0, 0}}, {"offset", {1, 0}}}}, {"shift", {0, 100}}};
    const auto bundle =
        untrained_bundle({Kind::pulse}, folder.path() / std::to_string(missed_cost), missed_cost, decision);
    return predictor_of(bundle, *engine)->predict(input, no_progress()).statements.at(0).text;
  };
  EXPECT_THAT(said(0), EndsWith("but the mean F1 that the recipe optimises favours calm"));
  EXPECT_THAT(said(5), EndsWith("but the cost of each mistake favours calm"));
}

}  // namespace
}  // namespace galen::classify
