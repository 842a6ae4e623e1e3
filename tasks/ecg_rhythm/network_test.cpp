// The network that goes along a recording step by step is the one that was trained on whole sequences.
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

// The logits of a sequence, `count` beats at a time; in their order.
std::vector<float> logits_by_steps(const Graph& network, const BeatPlan& plan, const Tensor& crops,
                                   const Tensor& features, std::int64_t count, Engine& engine) {
  std::map<std::string, Tensor> inputs;
  for (std::size_t i = 0; i < plan.bands.size(); ++i) {
    const std::int64_t kept = plan.bands[i].before + plan.bands[i].after;
    inputs.emplace(fmt::format("past.{}", i), Tensor(Scalar::f32, {1, kept, plan.width}));
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
      step = engine.compile(step_of(network, plan, count), options);
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

TEST(BeatNetwork, StepByStepItIsTheOneThatWasTrained) {
  const BeatPlan plan;
  const auto engine = openvino_engine();
  const Graph network = extract(training_graph(plan, 1), {"logits"});
  const Tensor crops = noise({plan.sequence, channels, plan.crop_samples}, 1);
  const Tensor features = noise({1, plan.sequence, features_of_beat}, 2);
  const auto whole = engine->compile(
      network, {.shapes = {{"crops", crops.shape()}, {"features", features.shape()}}, .threads = 1, .taps = {}});
  const auto outputs = whole->run({{"crops", crops}, {"features", features}});
  const auto wanted = outputs.at("logits").values<float>();
  const Band reach = plan.reach();
  for (const std::int64_t count : {1, 16, 32}) {
    const std::vector<float> logits = logits_by_steps(network, plan, crops, features, count, *engine);
    // Beats with all their neighbours; in steps they come out reach.after later.
    for (std::int64_t beat = reach.before; beat + reach.after < plan.sequence; ++beat) {
      for (std::size_t k = 0; k < beat_classes; ++k) {
        const auto at = [&](std::int64_t place) { return static_cast<std::size_t>(place) * beat_classes + k; };
        ASSERT_NEAR(logits[at(beat + reach.after)], wanted[at(beat)], 1e-4) << count << " at a time, beat " << beat;
      }
    }
  }
}

TEST(BeatNetwork, AnotherNetworkThanThePlansIsRefused) {
  BeatPlan wider;
  wider.width = 128;
  const Graph network = extract(training_graph(BeatPlan{}, 1), {"logits"});
  EXPECT_THAT(message_of([&] { step_of(network, wider, 1); }), testing::HasSubstr("of the shape that the recipe says"));
}

}  // namespace
}  // namespace galen::ecg
