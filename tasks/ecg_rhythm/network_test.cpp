// Run step by step along a recording, the network gives what it gave in training on whole sequences.
#include "tasks/ecg_rhythm/network.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "galen/engine/openvino/openvino.h"

namespace galen::ecg {
namespace {

const auto channels = static_cast<std::int64_t>(2 * lead_count);
const auto features_of_beat = static_cast<std::int64_t>(feature_count);

Tensor noise(Shape shape, std::uint64_t seed) {
  Random random(seed, 0, 0, "noise");
  Tensor out(Scalar::f32, std::move(shape));
  for (float& v : out.values<float>()) v = static_cast<float>(random.normal());
  return out;
}

// The logits of a sequence, computed `count` beats at a time, in order.
std::vector<float> logits_by_steps(std::span<const Graph> networks, const BeatPlan& plan, const Tensor& crops,
                                   const Tensor& features, std::int64_t count, Engine& engine) {
  std::map<std::string, Tensor> inputs;
  for (std::size_t i = 0; i < plan.bands.size(); ++i) {
    const std::int64_t width = std::ssize(networks) * plan.width;
    inputs.emplace(fmt::format("past.{}", i), Tensor(Scalar::f32, {1, plan.bands[i].neighbours(), width}));
  }
  const auto part = [&](const Tensor& all, std::int64_t begin, Shape shape) {
    Tensor out(Scalar::f32, std::move(shape));
    const auto size = static_cast<std::size_t>(out.count() / count);
    const auto from = all.values<float>().subspan(static_cast<std::size_t>(begin) * size, out.values<float>().size());
    std::ranges::copy(from, out.values<float>().begin());
    return out;
  };
  std::shared_ptr<const Executable> step;
  std::vector<float> logits;
  for (std::int64_t begin = 0; begin < plan.sequence; begin += count) {
    inputs["crops"] = part(crops, begin, {1, count, channels, plan.crop_samples});
    inputs["features"] = part(features, begin, {1, count, features_of_beat});
    if (!step) {
      CompileOptions options{.threads = 1};
      for (const auto& [name, tensor] : inputs) options.shapes[name] = tensor.shape();
      step = engine.compile(step_of(networks, plan, count), options);
    }
    const auto outputs = step->run(inputs);
    const auto its = outputs.at("logits").values<float>();
    logits.insert(logits.end(), its.begin(), its.end());
    for (std::size_t i = 0; i < plan.bands.size(); ++i) {
      inputs.at(fmt::format("past.{}", i)) = outputs.at(fmt::format("next.{}", i));
    }
  }
  return logits;
}

class BeatNetwork : public ::testing::Test {
 protected:
  BeatPlan plan_;
  std::unique_ptr<Engine> engine_ = openvino_engine();
  Tensor crops_ = noise({plan_.sequence, channels, plan_.crop_samples}, 1);
  Tensor features_ = noise({1, plan_.sequence, features_of_beat}, 2);

  Graph network(std::uint64_t seed) const { return extract(training_graph(plan_, seed), {"logits"}); }
  std::vector<float> logits_of_whole(const Graph& network) const {
    const auto whole = engine_->compile(
        network, {.shapes = {{"crops", crops_.shape()}, {"features", features_.shape()}}, .threads = 1, .taps = {}});
    const auto outputs = whole->run({{"crops", crops_}, {"features", features_}});
    const auto logits = outputs.at("logits").values<float>();
    return {logits.begin(), logits.end()};
  }
  // Compares the beats that have all their neighbours; in steps they come out reach.after places later.
  void expect_same(const std::vector<float>& by_steps, const std::vector<float>& whole) const {
    const Band reach = plan_.reach();
    for (std::int64_t beat = reach.before; beat + reach.after < plan_.sequence; ++beat) {
      for (std::size_t k = 0; k < beat_classes; ++k) {
        const auto at = [&](std::int64_t place) { return static_cast<std::size_t>(place) * beat_classes + k; };
        ASSERT_NEAR(by_steps[at(beat + reach.after)], whole[at(beat)], 1e-4) << "beat " << beat;
      }
    }
  }
};

TEST_F(BeatNetwork, StepByStepItIsTheOneThatWasTrained) {
  const std::vector<Graph> alone = {network(1)};
  const std::vector<float> whole = logits_of_whole(alone.front());
  for (const std::int64_t count : {1, 16, 32}) {
    SCOPED_TRACE(count);
    expect_same(logits_by_steps(alone, plan_, crops_, features_, count, *engine_), whole);
  }
}

TEST_F(BeatNetwork, AnEnsembleGivesTheMean) {
  const std::vector<Graph> ensemble = {network(1), network(2)};
  std::vector<float> mean = logits_of_whole(ensemble[0]);
  const std::vector<float> second = logits_of_whole(ensemble[1]);
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (mean[i] + second[i]) / 2;
  expect_same(logits_by_steps(ensemble, plan_, crops_, features_, 16, *engine_), mean);
}

TEST_F(BeatNetwork, AnotherNetworkThanThePlansIsRefused) {
  BeatPlan wider;
  wider.width = 128;
  const std::vector<Graph> other = {network(1)};
  EXPECT_THAT(message_of([&] { step_of(other, wider, 1); }), testing::HasSubstr("recipe: is not of this network"));
}

}  // namespace
}  // namespace galen::ecg
