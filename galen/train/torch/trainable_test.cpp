#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>

#include "galen/base/message_test.h"
#include "galen/base/threads.h"
#include "galen/train/torch/failure.h"
#include "galen/train/torch/parameters.h"
#include "galen/train/torch/small_networks_test.h"
#include "galen/train/torch/torch_engine.h"
#include "galen/train/torch/trainable.h"

namespace galen {
namespace {

using Inputs = std::map<std::string, Tensor>;

/// One thread, as these networks are too small for more.
std::unique_ptr<Trainable> trainable(const Graph& graph, const TrainableOptions& options = {}) {
  set_thread_count(1);
  return torch_engine()->trainable(graph, options);
}

Graph small_unet() {
  return unet_graph({2, 1, 8, 8, 8}, {4, 8}, 3);
}
Inputs small_batch() {
  return {{"image", random_tensor({2, 1, 8, 8, 8}, 1)}, {"labels", random_labels({2, 8, 8, 8}, 3, 2)}};
}

void expect_same(const Tensor& a, const Tensor& b, const std::string& name) {
  EXPECT_EQ(a.shape(), b.shape()) << name;
  EXPECT_EQ(a.type(), b.type()) << name;
  EXPECT_TRUE(std::ranges::equal(a.bytes(), b.bytes())) << name;
}

float largest_difference(const Tensor& a, const Tensor& b) {
  float worst = 0;
  for (std::size_t i = 0; i < a.values<float>().size(); ++i) {
    worst = std::max(worst, std::abs(a.values<float>()[i] - b.values<float>()[i]));
  }
  return worst;
}

TEST(TorchTrainable, OverfitsTwoRandomVolumes) {
  const auto network = trainable(small_unet());
  const Inputs batch = small_batch();
  UpdateRule rule;
  rule.method = UpdateRule::Method::adamw;
  rule.learning_rate = 1e-2;
  const double before = network->accumulate(batch, "loss", 1, 0).at("loss");
  double after = before;
  for (int i = 0; i < 250; ++i) {
    network->update(rule);
    after = network->accumulate(batch, "loss", 1, 0).at("loss");
  }
  EXPECT_GT(before, 0.5);
  EXPECT_LT(after, -0.7);  // the best is -1
}

class Methods : public testing::TestWithParam<UpdateRule::Method> {};

TEST_P(Methods, ResumeFromStateIsBitExact) {
  UpdateRule rule;
  rule.method = GetParam();
  rule.learning_rate = 1e-3;
  rule.ema_decay = 0.9;
  const Inputs batch = small_batch();
  const auto step = [&](Trainable& network, std::uint64_t seed) {
    network.accumulate(batch, "loss", 1, seed);
    network.update(rule);
  };
  const auto straight = trainable(small_unet()), resumed = trainable(small_unet());
  for (std::uint64_t i = 0; i < 3; ++i) step(*straight, i);
  straight->accumulate(batch, "loss", 0.5, 9);  // half of an update is already accumulated
  resumed->load_state(straight->state());
  for (std::uint64_t i = 3; i < 6; ++i) step(*straight, i), step(*resumed, i);
  const auto a = straight->state(), b = resumed->state();
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) expect_same(tensor, b.at(name), name);
  const Graph averaged_a = straight->graph(true), averaged_b = resumed->graph(true);
  for (const auto& [name, tensor] : averaged_a.initializers) {
    expect_same(tensor, averaged_b.initializers.at(name), name);
  }
}
INSTANTIATE_TEST_SUITE_P(Both, Methods, testing::Values(UpdateRule::Method::sgd, UpdateRule::Method::adamw));

TEST(TorchTrainable, EqualRunsGiveEqualWeights) {
  const auto train = [] {
    const auto network = trainable(small_unet());
    set_thread_count(2);
    for (std::uint64_t i = 0; i < 3; ++i) network->accumulate(small_batch(), "loss", 1, i), network->update({});
    return network->graph(false);
  };
  const Graph a = train(), b = train();
  for (const auto& [name, tensor] : a.initializers) expect_same(tensor, b.initializers.at(name), name);
}

TEST(TorchTrainable, LayoutInMemoryDoesNotChangeTheResult) {
  const auto last = trainable(small_unet()), first = trainable(small_unet(), {.channels_last = false});
  EXPECT_LT(largest_difference(last->run(small_batch()).at("logits"), first->run(small_batch()).at("logits")), 1e-4f);
}

TEST(TorchTrainable, Bf16StaysNearF32) {
  const auto half = trainable(small_unet(), {.bf16 = true}), full = trainable(small_unet());
  const double a = half->accumulate(small_batch(), "loss", 1, 0).at("loss");
  const double b = full->accumulate(small_batch(), "loss", 1, 0).at("loss");
  EXPECT_NE(a, b);
  EXPECT_NEAR(a, b, 0.03);
  EXPECT_EQ(half->run(small_batch()).at("logits").type(), Scalar::f32);
}

TEST(TorchTrainable, AccumulatedHalvesAreTheWhole) {
  const auto whole = trainable(small_unet()), halves = trainable(small_unet());
  whole->accumulate(small_batch(), "loss", 1, 0);
  halves->accumulate(small_batch(), "loss", 0.25, 0);
  halves->accumulate(small_batch(), "loss", 0.75, 0);
  EXPECT_NEAR(whole->update({}), halves->update({}), 1e-4);
}

// y = x w: the gradient of the sum is x, so the update can be computed by hand.
Graph one_weight() {
  Builder b("one weight");
  const Value x = b.input("x", Scalar::f32, {{1, ""}, {1, ""}});
  const float two = 2;
  const Value w = b.parameter("w.weight", Tensor::of<float>({1, 1}, std::span(&two, 1)));
  b.output(b.reduce("ReduceSum", b.node("MatMul", {x, w}), {0, 1}), "loss");
  return b.build();
}
Inputs x_is(float value) {
  return {{"x", Tensor::of<float>({1, 1}, std::span<const float>(&value, 1))}};
}
float weight_of(const Trainable& network, bool averaged = false) {
  return network.graph(averaged).initializers.at("w.weight").values<float>()[0];
}

TEST(TorchTrainable, SgdMovesByNesterov) {
  const auto network = trainable(one_weight());
  const UpdateRule rule{.learning_rate = 0.1, .weight_decay = 0, .momentum = 0.5, .clip_norm = 0, .ema_decay = 0.75};
  network->accumulate(x_is(1), "loss", 1, 0);
  EXPECT_EQ(network->update(rule), 1);
  EXPECT_NEAR(weight_of(*network), 2 - 0.1 * (1 + 0.5 * 1), 1e-6);
  EXPECT_NEAR(weight_of(*network, true), 0.75 * 2 + 0.25 * 1.85, 1e-6);
  network->accumulate(x_is(1), "loss", 1, 0);
  network->update(rule);
  EXPECT_NEAR(weight_of(*network), 1.85 - 0.1 * (1 + 0.5 * 1.5), 1e-6);
}

TEST(TorchTrainable, AdamWFirstStepIsTheLearningRateAndDecayIsDecoupled) {
  const auto network = trainable(one_weight());
  const UpdateRule rule{.method = UpdateRule::Method::adamw, .learning_rate = 0.1, .weight_decay = 0.5};
  network->accumulate(x_is(3), "loss", 1, 0);
  network->update(rule);
  EXPECT_NEAR(weight_of(*network), 2 * (1 - 0.1 * 0.5) - 0.1, 1e-5);
}

TEST(TorchTrainable, LongGradientsAreClippedAndBadOnesChangeNothing) {
  const auto network = trainable(one_weight());
  const UpdateRule rule{.learning_rate = 1, .weight_decay = 0, .momentum = 0, .clip_norm = 1};
  network->accumulate(x_is(4), "loss", 1, 0);
  EXPECT_EQ(network->update(rule), 4);
  EXPECT_NEAR(weight_of(*network), 1, 1e-6);
  network->accumulate(x_is(1e30f), "loss", 1e30, 0);
  EXPECT_FALSE(std::isfinite(network->update(rule)));
  EXPECT_NEAR(weight_of(*network), 1, 1e-6);
  EXPECT_EQ(network->update(rule), 0);  // cleared
}

TEST(TorchTrainable, GradientsAreScaledBeforeTheyAreClipped) {
  const auto network = trainable(one_weight());
  const UpdateRule rule{.learning_rate = 1, .weight_decay = 0, .momentum = 0, .clip_norm = 3, .gradient_scale = 4};
  network->accumulate(x_is(0.5), "loss", 1, 0);
  EXPECT_EQ(network->update(rule), 2);
  EXPECT_NEAR(weight_of(*network), 0, 1e-6);
  network->accumulate(x_is(1), "loss", 1, 0);
  EXPECT_EQ(network->update(rule), 4);
  EXPECT_NEAR(weight_of(*network), -3, 1e-6);
}

TEST(TorchTrainable, ALossThatIsNotFiniteAddsNoGradient) {
  const auto network = trainable(one_weight());
  EXPECT_THROW(network->accumulate(x_is(std::numeric_limits<float>::quiet_NaN()), "loss", 1, 0), NonFiniteLoss);
  EXPECT_EQ(network->update({}), 0);
}

Graph batch_norm_graph(float ratio = 0) {
  Builder b("norm");
  const Value x = b.input("x", Scalar::f32, {{4, ""}, {2, ""}, {8, ""}});
  Value y = b.batch_norm("norm", x);
  if (ratio > 0) y = b.dropout(y, ratio);
  y = b.named(y, "y");
  b.output(y, "normal");
  b.output(b.reduce("ReduceSum", b.mul(y, y), {0, 1, 2}), "loss");
  return b.build();
}

TEST(TorchTrainable, BatchNormalizationLearnsStatisticsInTrainingAndUsesThemAfter) {
  const Graph graph = batch_norm_graph();
  const auto network = trainable(graph);
  const Inputs batch{{"x", random_tensor({4, 2, 8}, 3, 4, 6)}};
  EXPECT_GT(network->run(batch).at("normal").values<float>()[0], 3.9f);  // running mean 0, variance 1
  EXPECT_NEAR(network->accumulate(batch, "loss", 1, 0).at("loss"), 64, 0.1);
  for (int i = 0; i < 200; ++i) network->accumulate(batch, "loss", 0, 0);
  const Tensor normal = network->run(batch).at("normal");
  double sum = 0, squares = 0;
  for (const float v : normal.values<float>()) sum += v, squares += double(v) * v;
  EXPECT_NEAR(sum / 64, 0, 1e-3);
  EXPECT_NEAR(squares / 64, 1, 1e-2);
  const Graph after = network->graph(false);
  EXPECT_NEAR(after.initializers.at(graph.nodes[0].inputs[3]).values<float>()[0], 5, 0.5);
  const auto fixed = trainable(graph, {.train = false});
  fixed->accumulate(batch, "loss", 1, 0);
  EXPECT_EQ(fixed->graph(false).initializers.at(graph.nodes[0].inputs[3]).values<float>()[0], 0);
}

TEST(TorchTrainable, StatisticsAreAveragedWithTheParameters) {
  const Graph graph = batch_norm_graph();
  const std::string mean = graph.nodes[0].inputs[3];
  const auto mean_of = [&](const Trainable& network, bool averaged) {
    return network.graph(averaged).initializers.at(mean).values<float>()[0];
  };
  const auto network = trainable(graph);
  const UpdateRule rule{.ema_decay = 0.75};
  const auto learn = [&] {
    network->accumulate({{"x", random_tensor({4, 2, 8}, 3, 4, 6)}}, "loss", 1, 0);
    network->update(rule);
    return mean_of(*network, false);
  };
  const float first = learn(), second = learn();
  ASSERT_GT(second, 1.5f * first);
  EXPECT_NEAR(mean_of(*network, true), 0.75f * first + 0.25f * second, 1e-6);
  const auto resumed = trainable(graph);
  resumed->load_state(network->state());
  EXPECT_EQ(mean_of(*resumed, true), mean_of(*network, true));
}

TEST(TorchTrainable, DropoutFollowsTheSeed) {
  const auto network = trainable(batch_norm_graph(0.5f));
  const Inputs batch{{"x", random_tensor({4, 2, 8}, 3)}};
  const auto loss = [&](std::uint64_t seed) { return network->accumulate(batch, "loss", 1, seed).at("loss"); };
  const double a = loss(1);
  EXPECT_EQ(a, loss(1));
  EXPECT_NE(a, loss(2));
}

TEST(TorchTrainable, ParametersLearnAndConstantsStay) {
  const Graph graph = small_unet();
  const auto network = trainable(graph);
  network->accumulate(small_batch(), "loss", 1, 0);
  network->update({});
  const Graph after = network->graph(false);
  const auto stays = [&](const std::string& name) {
    return std::ranges::equal(graph.initializers.at(name).bytes(), after.initializers.at(name).bytes());
  };
  EXPECT_FALSE(stays("head.weight"));
  for (const auto& [name, tensor] : graph.initializers) EXPECT_TRUE(graph.is_parameter(name) || stays(name)) << name;
}

TEST(TorchTrainable, GradientsReachInputsParametersAndActivations) {
  const auto network = trainable(one_weight(), {.train = false});
  const auto found = network->gradients(x_is(3), "loss", {}, {"x", "w.weight"});
  EXPECT_EQ(found.at("x").values<float>()[0], 2);
  EXPECT_EQ(found.at("w.weight").values<float>()[0], 3);
  const auto twice = network->gradients(x_is(3), "loss", Tensor::scalar(2.0f), {"x"});
  EXPECT_EQ(twice.at("x").values<float>()[0], 4);
  const Graph graph = small_unet();
  const std::string activation = graph.nodes[2].outputs[0];
  const Tensor by_activation =
      trainable(graph, {.train = false})->gradients(small_batch(), "loss", {}, {activation}).at(activation);
  EXPECT_EQ(by_activation.shape(), (Shape{2, 4, 8, 8, 8}));
  EXPECT_GT(std::ranges::max(by_activation.values<float>()), 0);
}

TEST(TorchTrainable, RunTapsInnerValues) {
  const Graph graph = small_unet();
  const std::string activation = graph.nodes[2].outputs[0];
  EXPECT_EQ(trainable(graph)->run(small_batch(), {activation}).at(activation).shape(), (Shape{2, 4, 8, 8, 8}));
}

TEST(TorchTrainable, RefusalsNameNodeAndOperator) {
  using testing::HasSubstr;
  Graph strange = one_weight();
  strange.nodes[0].op = "Frobnicate";
  EXPECT_THAT(message_of([&] { trainable(strange); }), HasSubstr("no operator 'Frobnicate'"));
  const auto network = trainable(one_weight());
  EXPECT_THAT(message_of([&] { network->run({}); }), HasSubstr("needs 'x', which is not given"));
  EXPECT_THAT(message_of([&] { network->run({{"x", Tensor(Scalar::f32, {2, 2})}}); }), HasSubstr("[2, 2]"));
  EXPECT_THAT(message_of([&] { network->run({{"x", Tensor(Scalar::i64, {1, 1})}}); }), HasSubstr("has type i64"));
  EXPECT_THAT(message_of([&] { network->accumulate(x_is(1), "los", 1, 0); }), HasSubstr("'los'"));
  for (const std::string device : {"tpu", "cudax", "cuda:x", "cuda:01"}) {
    EXPECT_THAT(message_of([&] { trainable(one_weight(), {.device = device}); }),
                HasSubstr("device " + device + ": is not known"));
  }
  Graph misfit = one_weight();
  misfit.initializers.at("w.weight") = Tensor(Scalar::f32, {3, 1});
  EXPECT_THAT(message_of([&] { trainable(misfit)->run(x_is(1)); }), HasSubstr("MatMul"));
}

TEST(TorchTrainable, ADeviceThatIsNotThereIsToldWithWhatIsMissing) {
  using testing::HasSubstr;
  using torch_room::Cuda;
  const std::string bare = torch_room::missing_device("cuda", Cuda::no_libraries).what();
  EXPECT_THAT(
      bare,
      HasSubstr(
          "device cuda: is not there (libtorch's CUDA libraries are not there); bring them by scripts/setup --cuda"));
  const std::string alone = torch_room::missing_device("cuda:1", Cuda::no_device).what();
  EXPECT_THAT(
      alone,
      HasSubstr(
          "device cuda:1: is not there (libtorch finds no NVIDIA card, or no driver of one); install NVIDIA's driver"));
  EXPECT_THAT(alone, testing::Not(HasSubstr("scripts/setup")));
  const Cuda found = torch_room::load_cuda();
  if (found == Cuda::ready) return;
  EXPECT_EQ(message_of([&] { trainable(one_weight(), {.device = "cuda"}); }),
            std::string(torch_room::missing_device("cuda", found).what()));
}

TEST(TorchTrainable, SixteenBitParametersLearnInF32) {
  const Graph half = parse_onnx(write_onnx(small_unet(), Scalar::f16), "half");
  const auto network = trainable(half);
  network->accumulate(small_batch(), "loss", 1, 0);
  network->update({});
  EXPECT_EQ(network->graph(false).initializers.at("head.weight").type(), Scalar::f32);
  EXPECT_NO_THROW(check(network->graph(false)));
}

// Running mean and variance in f16, cast to f32.
Graph behind_casts(Graph graph) {
  constexpr std::int64_t onnx_float = 1;
  for (const std::string& name : {graph.nodes[0].inputs[3], graph.nodes[0].inputs[4]}) {
    graph.initializers[name + ".half"] = graph.initializers.at(name).as(Scalar::f16);
    graph.initializers.erase(name);
    graph.nodes.insert(graph.nodes.begin(), {.name = {},
                                             .op = "Cast",
                                             .domain = {},
                                             .inputs = {name + ".half"},
                                             .outputs = {name},
                                             .attributes = {{"to", onnx_float}}});
  }
  return graph;
}

TEST(TorchTrainable, SixteenBitStatisticsLearnInF32) {
  const Graph whole = batch_norm_graph(), half = behind_casts(whole);
  const std::string mean = whole.nodes[0].inputs[3], variance = whole.nodes[0].inputs[4];
  EXPECT_EQ(torch_room::statistics_of(half), (std::set<std::string>{mean + ".half", variance + ".half"}));
  const auto a = trainable(whole), b = trainable(half);
  const Inputs batch{{"x", random_tensor({4, 2, 8}, 3, 4, 6)}};
  a->accumulate(batch, "loss", 1, 0);
  b->accumulate(batch, "loss", 1, 0);
  const Graph after_a = a->graph(false), after_b = b->graph(false);
  for (const std::string& name : {mean, variance}) {
    expect_same(after_b.initializers.at(name + ".half"), after_a.initializers.at(name), name);
    EXPECT_FALSE(std::ranges::equal(after_a.initializers.at(name).bytes(), whole.initializers.at(name).bytes()));
  }
}

TEST(TorchFailure, AMemoryThatIsTooSmallIsToldAsSuch) {
  using torch_room::is_of_memory;
  EXPECT_TRUE(is_of_memory(std::bad_alloc()));
  for (const char* text : {"[enforce fail at alloc_cpu.cpp:118] . DefaultCPUAllocator: can't allocate memory: you "
                           "tried to allocate 9 bytes",
                           "CUDA out of memory. Tried to allocate 20.00 GiB.", "CUDA error: out of memory",
                           "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"}) {
    EXPECT_TRUE(is_of_memory(std::runtime_error(text))) << text;
  }
  EXPECT_FALSE(is_of_memory(std::runtime_error("The size of tensor a (3) must match the size of tensor b (4)")));
  const std::runtime_error failure("CUDA out of memory. Tried to allocate 20.00 GiB.\nframe #0: nowhere");
  EXPECT_EQ(
      std::string(torch_room::memory_error("Conv 'a'", failure).what()),
      "Conv 'a': does not fit into memory (CUDA out of memory. Tried to allocate 20.00 GiB.); take a smaller batch "
      "or patch");
}

}  // namespace
}  // namespace galen
