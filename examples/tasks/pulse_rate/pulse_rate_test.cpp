// Tests the contract of a task through the interfaces that a program uses: a registry, bundles on disk, live sessions.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "examples/tasks/pulse_rate/pulse_wave_test.h"
#include "examples/tasks/pulse_rate/task.h"
#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "galen/base/threads.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/graph/builder.h"
#include "galen/metric/stats.h"
#include "galen/pipeline/predict.h"

namespace galen {
namespace {

using namespace pulse_test;
using ::testing::HasSubstr;
using ::testing::Not;

// A matched filter as the network: it correlates with the bump; sign -1 detects troughs.
Graph matched_filter(float sign, const std::string& output = "logits", std::int64_t stride = 1) {
  Samples weights;
  float sum = 0, squares = 0;
  for (int i = -15; i <= 15; ++i) weights.push_back(std::exp(-static_cast<float>(i * i) / 32));
  for (const float w : weights) sum += w;
  for (float& w : weights) w -= sum / 31, squares += w * w;
  for (float& w : weights) w *= sign * 4 / squares;
  Builder b("matched_filter");
  const Value x = b.input("signal", Scalar::f32, {{-1, "batch"}, {1, ""}, {-1, "time"}});
  const Value weight = b.parameter("filter.weight", Tensor::of<float>({1, 1, 31}, weights));
  const Value bias = b.parameter("filter.bias", Tensor::of<float>({1}, Samples{-5}));
  const Value logits = b.node("Conv", {x, weight, bias},
                              {{"kernel_shape", Shape{31}}, {"pads", Shape{15, 15}}, {"strides", Shape{stride}}});
  b.output(logits, output);
  return b.build();
}
// Quality by smoothness: neighbours in white noise differ by 1.13 standard deviations on average, in a pulse by less.
Graph smoothness() {
  Builder b("smoothness");
  const Value x = b.input("signal", Scalar::f32, {{-1, "batch"}, {1, ""}, {-1, "time"}});
  const Value weight = b.parameter("difference.weight", Tensor::of<float>({1, 1, 2}, Samples{-1, 1}));
  const Value steps = b.node("Abs", {b.node("Conv", {x, weight}, {{"kernel_shape", Shape{2}}})});
  b.output(b.add(b.mul(b.global_average_pool(steps), -20.f), 9.f), "quality");
  return b.build();
}

class PulseRate : public ::testing::Test {
 protected:
  PulseRate() {
    rows_ = {{"a", "p1", Split::train, {}}, {"b", "p2", Split::validate, {}}};
    dataset_.name = "waves";
    dataset_.licence = "CC0-1.0";
    recipe_ = task().plan({dataset_, {&rows_[0], &rows_[1]}, load(), 1, 0, 0, no_progress()});
  }
  const Task& task() const { return registry_.task("pulse_rate"); }
  LoadCase load() const {
    return [](const DatasetRow& row) {
      return pulse_case(row.id, row.patient, pulse_wave(row.id == "a" ? 66 : 84, 40, hash_text(row.id)));
    };
  }
  std::unique_ptr<Training> training() const {
    return task().training({recipe_, dataset_, {&rows_[0]}, {&rows_[1]}, load(), nullptr, no_progress()});
  }
  Bundle described(const std::string& id) const {
    Bundle bundle;
    bundle.id = id;
    bundle.task = "pulse_rate";
    bundle.question = "When are the beats?";
    bundle.licence = "CC0-1.0";
    bundle.inputs = task().info().inputs;
    bundle.networks = {{"main", {"main.onnx"}}};
    bundle.recipe = to_json(recipe_);
    bundle.recipe["seed"] = 7u;
    return bundle;
  }
  std::shared_ptr<const Bundle> written(Bundle bundle, const Graph& main, const std::optional<Graph>& quality) const {
    BundleFiles files;
    files.networks["main.onnx"] = main;
    if (quality) {
      bundle.networks["quality"] = {"quality.onnx"};
      files.networks["quality.onnx"] = *quality;
    }
    write_bundle(bundle, files, folder_.path() / bundle.id, true);
    return open_bundle(folder_.path() / bundle.id);
  }
  Service service(const Graph& main = matched_filter(1), const std::optional<Graph>& quality = smoothness()) {
    return open_service(registry_, written(described("pulse"), main, quality), *engine_, {});
  }
  static Case one(const Signal& signal) { return {"one", "p", {{"signal", signal}}, {}, {}}; }
  static const std::vector<Mark>& marks(const Finding& finding) {
    return std::get<Annotations>(finding.artefacts.at(0).content).marks;
  }

  TemporaryFolder folder_;
  Registry registry_{[] {
    std::vector<std::unique_ptr<const Task>> tasks;
    tasks.push_back(pulse_rate());
    return tasks;
  }()};
  std::unique_ptr<Engine> engine_ = openvino_engine();
  Dataset dataset_;
  std::vector<DatasetRow> rows_;
  Recipe recipe_;
};

TEST_F(PulseRate, FindsEveryBeatAndTheRate) {
  const Wave wave = pulse_wave(72, 60, 1);
  const Finding finding = service().answer(one(signal_of(wave.samples)), no_progress());
  ASSERT_EQ(marks(finding).size(), wave.at.size());
  for (std::size_t i = 0; i < wave.at.size(); ++i) EXPECT_NEAR(marks(finding)[i].at_seconds, wave.at[i], 0.05);
  const double truth = 60 * static_cast<double>(wave.at.size() - 1) / (wave.at.back() - wave.at.front());
  EXPECT_NEAR(finding.statements.at(0).value.value(), truth, 0.5);
  EXPECT_EQ(std::get<TableArtefact>(finding.artefacts.at(1).content).rows.size(), wave.at.size() - 1);
  EXPECT_TRUE(finding.warnings.empty());
  EXPECT_EQ(finding.provenance.bundle, "pulse");
  EXPECT_EQ(finding.provenance.seed, 7u);
}

TEST_F(PulseRate, LiveSessionGivesWhatTheFileGivesHoweverItIsCut) {
  Wave wave = pulse_wave(110, 47.3, 2);
  std::fill_n(wave.samples.begin() + 700, 90, std::nanf(""));
  const Service pulse = service();
  Finding file = pulse.predictor->predict(one(signal_of(wave.samples)), no_progress());
  std::vector<double> known_first;
  for (const std::size_t piece : {1, 7, 50, 333, 5000}) {
    const auto session = pulse.predictor->session(rate_hz, {{"PLETH", ""}});
    std::vector<Event> events;
    Finding live;
    for (std::size_t begin = 0; begin < wave.samples.size(); begin += piece) {
      const std::size_t end = std::min(begin + piece, wave.samples.size());
      const std::vector<Samples> channels = {{wave.samples.begin() + static_cast<std::ptrdiff_t>(begin),
                                              wave.samples.begin() + static_cast<std::ptrdiff_t>(end)}};
      for (const Event& event : session->push(channels)) {
        EXPECT_LT(event.known_seconds * rate_hz, static_cast<double>(end));  // nothing from the future
        events.push_back(event);
      }
    }
    for (const Event& event : session->finish(live)) events.push_back(event);
    ASSERT_EQ(events.size(), marks(file).size()) << piece;
    std::vector<double> known;
    for (std::size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].at_seconds, marks(file)[i].at_seconds) << piece;
      EXPECT_GT(events[i].known_seconds, events[i].at_seconds);
      EXPECT_LT(events[i].known_seconds - events[i].at_seconds, 4.2);  // 3/4 window and 0.3 s
      known.push_back(events[i].known_seconds);
    }
    if (known_first.empty()) known_first = known;
    EXPECT_EQ(known, known_first) << piece;
    live.case_id = file.case_id;
    live.provenance = file.provenance;
    EXPECT_EQ(to_json(live), to_json(file)) << piece;
  }
}

TEST_F(PulseRate, GapsAreSaidAndNotBridged) {
  const auto session = service().predictor->session(rate_hz, {{"PLETH", ""}});
  const std::vector<Samples> wave = {pulse_wave(60, 20, 3).samples};
  Finding finding;
  session->push(wave);
  session->gap(30);
  session->push(wave);
  session->finish(finding);
  for (const auto& mark : marks(finding)) EXPECT_TRUE(mark.at_seconds < 20 || mark.at_seconds >= 50);
  EXPECT_NEAR(finding.statements.at(0).value.value(), 60, 2);
  ASSERT_EQ(finding.warnings.size(), 1u);
  EXPECT_THAT(finding.warnings[0].text, HasSubstr("in 30.0 s"));
}

TEST_F(PulseRate, TheSecondNetworkKeepsBeatsOutOfNoise) {
  Random random(4, 0, 0, "noise");
  Samples noise(2000);
  for (float& v : noise) v = static_cast<float>(random.normal());
  const auto found = [&](const std::optional<Graph>& quality) {
    return service(matched_filter(1), quality).answer(one(signal_of(noise)), no_progress());
  };
  EXPECT_FALSE(marks(found(std::nullopt)).empty());
  const Finding finding = found(smoothness());
  EXPECT_TRUE(marks(finding).empty());
  EXPECT_FALSE(finding.statements.at(0).value.has_value());
  EXPECT_THAT(finding.warnings.at(0).text, HasSubstr("in 40.0 s"));
}

TEST_F(PulseRate, TheReferenceIsAnsweredByTheBundleInUse) {
  Samples troughs = pulse_wave(60, 40, 5).samples;
  for (float& v : troughs) v = -v;
  const auto other = written(described("troughs"), matched_filter(-1), std::nullopt);
  Bundle bundle = described("pulse");
  bundle.uses = {{"reference", other->folder.string(), other->hash}};
  const Service both = open_service(registry_, written(bundle, matched_filter(1), smoothness()), *engine_, {});
  Case input = one(signal_of(pulse_wave(72, 40, 6).samples));
  EXPECT_EQ(both.answer(input, no_progress()).statements.size(), 1u);
  input.inputs.emplace("reference", signal_of(troughs));
  const Finding finding = both.answer(input, no_progress());
  ASSERT_EQ(finding.statements.size(), 2u);
  EXPECT_EQ(finding.statements[1].id, "rate.difference");
  EXPECT_NEAR(finding.statements[1].value.value(), 12, 2);

  bundle.uses[0].hash = std::string(64, '0');
  EXPECT_THAT(
      message_of([&] { open_service(registry_, written(bundle, matched_filter(1), smoothness()), *engine_, {}); }),
      HasSubstr("another"));
}

TEST_F(PulseRate, AutomaticPrecisionGoesByTheRecordOfTheBundle) {
  const auto precision = [&](const Json& recorded) {
    Bundle bundle = described("pulse");
    bundle.precisions = recorded;
    const Service pulse = open_service(registry_, written(bundle, matched_filter(1), smoothness()), *engine_, {});
    return pulse.answer(one(signal_of(pulse_wave(72, 40, 1).samples)), no_progress()).provenance.precision;
  };
  EXPECT_EQ(precision(Json::object()), "f32");
  EXPECT_EQ(precision({{"bf16", {{"within_limit", false}}}}), "f32");
  EXPECT_EQ(precision({{"bf16", {{"within_limit", true}}}}), has_fast_bf16() ? "bf16" : "f32");
}

TEST_F(PulseRate, RefusesAnotherRateAndSeveralChannels) {
  const Service pulse = service();
  EXPECT_THAT(message_of([&] { pulse.answer(one(signal_of(Samples(500), 125)), no_progress()); }),
              HasSubstr("resample"));
  EXPECT_THAT(message_of([&] { pulse.predictor->session(rate_hz, {{"I", ""}, {"II", ""}}); }), HasSubstr("2 channels"));
}

TEST_F(PulseRate, NetworksWithOtherOutputsAreRefused) {
  EXPECT_THAT(message_of([&] { service(matched_filter(1, "scores")); }),
              HasSubstr("has no output 'logits' (its outputs: scores)"));
  EXPECT_THAT(message_of([&] { service(matched_filter(1), matched_filter(1)); }), HasSubstr("has no output 'quality'"));
  const Case input = one(signal_of(pulse_wave(72, 10, 1).samples));
  const Service half = service(matched_filter(1, "logits", 2));
  EXPECT_THAT(message_of([&] { half.answer(input, no_progress()); }), HasSubstr("output 'logits': is f32 [1, 1, 128]"));
  const Service whole = service(matched_filter(1), matched_filter(1, "quality"));
  EXPECT_THAT(message_of([&] { whole.answer(input, no_progress()); }),
              HasSubstr("output 'quality': is f32 [1, 1, 256]"));
}

TEST_F(PulseRate, ABundleOfAnotherVersionIsRefusedWithARemedy) {
  const auto refusal = [&](const Bundle& bundle, const Graph& main) {
    return message_of([&] { open_service(registry_, written(bundle, main, std::nullopt), *engine_, {}); });
  };
  Bundle bundle = described("pulse");
  EXPECT_THAT(refusal(bundle, matched_filter(1, "scores")), Not(HasSubstr("made by")));
  bundle.recipe["plan"].erase("window");
  EXPECT_THAT(
      refusal(bundle, matched_filter(1)),
      HasSubstr(fmt::format("'window'; the bundle was made by another build of Galen {}: use that, or train it anew",
                            galen_version)));
  bundle.training["galen_version"] = "0.0.9";
  EXPECT_THAT(refusal(bundle, matched_filter(1)), HasSubstr("made by Galen 0.0.9 (pulse_rate version 1)"));
  EXPECT_EQ(refusal(described("pulse"), matched_filter(1)), "no error");
}

TEST_F(PulseRate, TrainingGivesANetworkThatTheBundleRuns) {
  const auto problem = training();
  const Graph graph = problem->graph();
  EXPECT_TRUE(std::ranges::any_of(graph.outputs, [](const ValueInfo& o) { return o.name == "loss"; }));
  const auto batch = problem->batch(3, 4), again = problem->batch(3, 4);
  EXPECT_TRUE(std::ranges::equal(batch.at("signal").bytes(), again.at("signal").bytes()));
  CompileOptions options;
  for (const auto& [name, tensor] : batch) options.shapes[name] = tensor.shape();
  EXPECT_TRUE(std::isfinite(engine_->compile(graph, options)->run(batch).at("loss").values<float>()[0]));
  EXPECT_LE(problem->validate(problem->network(graph), *engine_).criterion, 1);
  EXPECT_EQ(problem->validate(matched_filter(1), *engine_).criterion, 1);
  EXPECT_LT(problem->validate(matched_filter(-1), *engine_).criterion, 0.5);
}

TEST_F(PulseRate, RecordsAddUpToScoresAndAnInterval) {
  Bundle bundle = described("pulse");
  const Service pulse = service();
  std::vector<Record> records;
  for (int i = 0; i < 20; ++i) {
    const Wave wave = pulse_wave(55 + 4 * i, 30, static_cast<std::uint64_t>(i));
    records.push_back(pulse.predictor->examine(pulse_case("c", "p" + std::to_string(i), wave)));
  }
  const Scores scores = task().score(bundle, records);
  EXPECT_GT(scores.at("f1").value, 0.99);
  EXPECT_LT(scores.at("rate_error").value, 0.5);
  EXPECT_EQ(scores.at("f1").n, 20);
  const auto of_cases = task().case_scores(bundle, records);
  ASSERT_EQ(of_cases.size(), scores.size());
  for (const auto& [name, column] : of_cases) {
    EXPECT_NEAR(mean_of_defined(column.values), scores.at(name).value, 1e-9) << name;
  }
  EXPECT_EQ(of_cases.at("rate_error").direction, Direction::lower_is_better);
  task().conclude(bundle, records);
  const Service concluded = open_service(registry_, written(bundle, matched_filter(1), smoothness()), *engine_, {});
  const Finding finding = concluded.answer(one(signal_of(pulse_wave(72, 40, 7).samples)), no_progress());
  ASSERT_TRUE(finding.statements.at(0).interval.has_value());
  EXPECT_LE(finding.statements[0].interval->low, finding.statements[0].value.value());
}

}  // namespace
}  // namespace galen
