#include "galen/engine/openvino/openvino.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <numeric>
#include <thread>

#include "galen/base/threads.h"
#include "galen/engine/openvino/message.h"
#include "galen/engine/openvino/specialise.h"
#include "galen/graph/builder.h"

namespace galen {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

Tensor ramp(const Shape& shape, float start = 0) {
  Tensor tensor(Scalar::f32, shape);
  std::iota(tensor.values<float>().begin(), tensor.values<float>().end(), start);
  return tensor;
}

std::vector<Dim> fixed(const Shape& shape) {
  std::vector<Dim> dims;
  for (const std::int64_t extent : shape) dims.push_back({extent, {}});
  return dims;
}

// y = x * factor + 1, with x * factor named "scaled".
Graph affine(float factor, const std::vector<Dim>& dims = fixed({2, 3})) {
  Builder b("affine");
  const Value x = b.input("x", Scalar::f32, dims);
  b.output(b.add(b.named(b.mul(x, factor), "scaled"), 1.f), "y");
  return b.build();
}

template <class F>
Error error_from(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return defect("test", "nothing was refused");
}

std::vector<float> values(const Tensor& tensor) {
  return {tensor.values<float>().begin(), tensor.values<float>().end()};
}

TEST(OpenVino, ComputesElementwiseArithmetic) {
  const auto engine = openvino_engine();
  const auto run = engine->compile(affine(2), {});
  const auto outputs = run->run({{"x", ramp({2, 3})}});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs.at("y").shape(), (Shape{2, 3}));
  EXPECT_THAT(values(outputs.at("y")), ElementsAre(1, 3, 5, 7, 9, 11));
  EXPECT_EQ(run->precision(), Precision::f32);
}

TEST(OpenVino, ConvolutionOfOnesCountsTheNeighbours) {
  Builder b("box");
  const Value x = b.input("x", Scalar::f32, fixed({1, 1, 3, 3}));
  const Value w = b.constant(Tensor::of<float>({1, 1, 3, 3}, std::vector<float>(9, 1.f)));
  b.output(b.node("Conv", {x, w}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}}), "y");
  const auto outputs = openvino_engine()
                           ->compile(b.build(), {})
                           ->run({{"x", Tensor::of<float>({1, 1, 3, 3}, std::vector<float>(9, 1.f))}});
  EXPECT_THAT(values(outputs.at("y")), ElementsAre(4, 6, 4, 6, 9, 6, 4, 6, 4));
}

TEST(OpenVino, IntegerOutputsStayIntegers) {
  Builder b("argmax");
  const Value x = b.input("x", Scalar::f32, fixed({2, 3}));
  b.output(b.node("ArgMax", {x}, {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}}), "best");
  const auto outputs = openvino_engine()->compile(b.build(), {})->run({{"x", ramp({2, 3})}});
  EXPECT_THAT(outputs.at("best").values<std::int64_t>(), ElementsAre(2, 2));
}

TEST(OpenVino, TapsComeOutBesideTheOutputs) {
  const auto engine = openvino_engine();
  const auto outputs = engine->compile(affine(2), {.taps = {"scaled", "y"}})->run({{"x", ramp({2, 3})}});
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_THAT(values(outputs.at("scaled")), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(values(outputs.at("y")), ElementsAre(1, 3, 5, 7, 9, 11));
}

TEST(OpenVino, ATapThatNothingComputesIsWrongUsage) {
  const auto engine = openvino_engine();
  for (const char* tap : {"nowhere", "x", ""}) {
    const Error error = error_from([&] { engine->compile(affine(2), {.taps = {tap}}); });
    EXPECT_EQ(error.fault(), Fault::usage);
    EXPECT_THAT(error.what(), HasSubstr("affine"));
  }
}

TEST(OpenVino, EqualNetworksAreCompiledOnce) {
  const auto engine = openvino_engine();
  const auto first = engine->compile(affine(2), {});
  EXPECT_EQ(engine->compile(affine(2), {}), first);
  EXPECT_EQ(engine->compile(affine(2), {.threads = thread_count()}), first);
  EXPECT_NE(engine->compile(affine(3), {}), first);  // other weights
  EXPECT_NE(engine->compile(affine(2), {.taps = {"scaled"}}), first);
  EXPECT_NE(engine->compile(affine(2), {.threads = thread_count() + 1}), first);
}

TEST(OpenVino, TwoThreadsThatAskAtOnceGetOneExecutable) {
  const auto engine = openvino_engine();
  const Graph graph = affine(2);
  std::vector<std::shared_ptr<const Executable>> got(4);
  {
    std::vector<std::jthread> threads;
    for (auto& slot : got) threads.emplace_back([&] { slot = engine->compile(graph, {}); });
  }
  for (const auto& item : got) EXPECT_EQ(item, got.front());
}

TEST(OpenVino, KeepsNoMoreThanItMay) {
  const auto engine = openvino_engine({}, 2);
  const std::weak_ptr<const Executable> a = engine->compile(affine(1), {});
  const std::weak_ptr<const Executable> b = engine->compile(affine(2), {});
  engine->compile(affine(1), {});  // a is now the more recently used
  const auto c = engine->compile(affine(3), {});
  EXPECT_FALSE(a.expired());
  EXPECT_TRUE(b.expired());
}

TEST(OpenVino, ForgetsWhatNobodyHolds) {
  const auto engine = openvino_engine();
  const std::weak_ptr<const Executable> a = engine->compile(affine(1), {});
  const auto held = engine->compile(affine(2), {});
  EXPECT_FALSE(a.expired());
  engine->forget();
  EXPECT_TRUE(a.expired());
  EXPECT_EQ(values(held->run({{"x", ramp({2, 3})}}).at("y")).back(), 11);
  EXPECT_NE(engine->compile(affine(2), {}), held);  // made anew
}

TEST(OpenVino, WhatAnExecutableReturnedStaysAsItWas) {
  const auto run = openvino_engine()->compile(affine(2), {});  // outlives its engine
  const auto first = run->run({{"x", ramp({2, 3})}});
  const auto second = run->run({{"x", ramp({2, 3}, 100)}});
  EXPECT_THAT(values(first.at("y")), ElementsAre(1, 3, 5, 7, 9, 11));
  EXPECT_EQ(values(second.at("y")).front(), 201);
}

TEST(OpenVino, RunsFromSeveralThreads) {
  const auto run = openvino_engine()->compile(affine(2, fixed({64, 64})), {});
  std::vector<int> wrong(4, 0);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < wrong.size(); ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          const float start = static_cast<float>(1000 * t) + static_cast<float>(i);
          const auto outputs = run->run({{"x", ramp({64, 64}, start)}});
          const auto y = outputs.at("y").values<float>();
          wrong[t] += y.front() != 2 * start + 1 || y.back() != 2 * (start + 4095) + 1;
        }
      });
    }
  }
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

TEST(OpenVino, TwoEnginesLiveInOneProcess) {
  const auto one = openvino_engine(), other = openvino_engine();
  const auto a = one->compile(affine(2), {}), b = other->compile(affine(3), {});
  EXPECT_EQ(values(a->run({{"x", ramp({2, 3})}}).at("y")).back(), 11);
  EXPECT_EQ(values(b->run({{"x", ramp({2, 3})}}).at("y")).back(), 16);
  EXPECT_EQ(values(a->run({{"x", ramp({2, 3})}}).at("y")).back(), 11);
}

TEST(OpenVino, OpenShapesAreFixedWhenCompiling) {
  const auto engine = openvino_engine();
  const Graph graph = affine(2, {{-1, "batch"}, {3, {}}});
  for (const std::int64_t batch : {1, 4}) {
    const auto outputs = engine->compile(graph, {.shapes = {{"x", {batch, 3}}}})->run({{"x", ramp({batch, 3})}});
    EXPECT_EQ(outputs.at("y").shape(), (Shape{batch, 3}));
  }
  EXPECT_THAT(error_from([&] { engine->compile(graph, {}); }).what(), HasSubstr("'x' is not fixed"));
  error_from([&] { engine->compile(graph, {.shapes = {{"x", {1, 4}}}}); });
  error_from([&] { engine->compile(graph, {.shapes = {{"z", {1, 3}}}}); });
}

TEST(OpenVino, WrongInputsAreNamed) {
  const auto run = openvino_engine()->compile(affine(2), {});
  const auto refusal = [&](const std::map<std::string, Tensor>& inputs) {
    return std::string(error_from([&] { run->run(inputs); }).what());
  };
  EXPECT_THAT(refusal({}), HasSubstr("input 'x': is missing"));
  EXPECT_THAT(refusal({{"x", Tensor()}}), HasSubstr("input 'x': is missing"));
  EXPECT_THAT(refusal({{"x", ramp({2, 4})}}), HasSubstr("[2, 4], not [2, 3]"));
  EXPECT_THAT(refusal({{"x", ramp({2, 3}).as(Scalar::f64)}}), HasSubstr("f64, not f32"));
  EXPECT_THAT(refusal({{"x", ramp({2, 3})}, {"z", ramp({1})}}), HasSubstr("has no input 'z'"));
  EXPECT_EQ(values(run->run({{"x", ramp({2, 3})}}).at("y")).back(), 11);  // and it still runs
}

TEST(OpenVino, NanInAnOutputIsSeen) {
  Builder b("root");
  b.output(b.node("Sqrt", {b.input("x", Scalar::f32, fixed({2}))}), "y");
  const auto run = openvino_engine()->compile(b.build(), {});
  EXPECT_FALSE(has_non_finite(run->run({{"x", ramp({2})}})));
  EXPECT_TRUE(has_non_finite(run->run({{"x", ramp({2}, -1)}})));
}

TEST(OpenVino, AnOperatorThatItDoesNotHaveIsNamed) {
  Graph graph = affine(2);
  graph.nodes.front().op = "Frobnicate";
  const auto engine = openvino_engine();
  for (int again = 0; again < 2; ++again) {  // a failure is not kept
    EXPECT_THAT(error_from([&] { engine->compile(graph, {}); }).what(), HasSubstr("Frobnicate"));
  }
}

TEST(OpenVino, ShapesThatDoNotFitNameTheNode) {
  Graph graph;  // by hand: the builder would refuse it
  graph.name = "wrong";
  graph.inputs = {{"x", Scalar::f32, fixed({1, 3, 4, 4})}, {"w", Scalar::f32, fixed({2, 5, 3, 3})}};
  graph.outputs = {{"y", Scalar::f32, fixed({1, 2, 2, 2})}};
  graph.nodes = {{"encoder.conv", "Conv", "", {"x", "w"}, {"y"}, {}}};
  const auto engine = openvino_engine();
  // The message is our checker's: OpenVINO never sees the graph.
  EXPECT_THAT(error_from([&] { engine->compile(graph, {}); }).what(),
              HasSubstr("network 'wrong': Conv 'encoder.conv': has shapes that do not fit"));
  EXPECT_THAT(error_from([&] { engine->predict_memory(graph, {}); }).what(), HasSubstr("'encoder.conv'"));
}

// A hand-made float graph with the given nodes.
Graph by_hand(const Shape& x, std::vector<Node> nodes, std::map<std::string, Tensor> initializers = {}) {
  Graph graph;
  graph.name = "odd";
  graph.inputs = {{"x", Scalar::f32, fixed(x)}};
  graph.outputs = {{"y", Scalar::f32, {}, false}};
  graph.nodes = std::move(nodes);
  graph.initializers = std::move(initializers);
  return graph;
}

Tensor integers(const Shape& shape, const std::vector<std::int64_t>& numbers) {
  return Tensor::of<std::int64_t>(shape, numbers);
}

TEST(OpenVino, WhatItAloneRefusesNamesTheNode) {
  const Graph graph =
      by_hand({2, 3}, {{"encoder.pad", "Pad", "", {"x", "pads"}, {"y"}, {{"mode", std::string("inward")}}}},
              {{"pads", integers({4}, {1, 0, 0, 1})}});
  const std::string message = error_from([&] { openvino_engine()->compile(graph, {}); }).what();
  EXPECT_THAT(message, HasSubstr("network 'odd': Pad 'encoder.pad': cannot be compiled"));
  EXPECT_THAT(message, HasSubstr("Unsupported padding mode"));
  EXPECT_EQ(message.find(".cpp"), std::string::npos);  // no source locations of OpenVINO
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(OpenVino, LongNamesInItsMessagesAreCut) {
  const std::string name(100'000, 'F');
  for (const std::string& said :
       {"No conversion rule found for operations: " + name + "\n", "ONNX node '<Node(" + name + "): a>': too large",
        "ONNX node '<Node(Conv): " + name + ">': too large", "ONNX node '<Node(" + name}) {
    const std::string told = openvino::error_of(said, "network", "cannot be compiled").what();
    EXPECT_THAT(told, HasSubstr("FFF"));
    EXPECT_LT(told.size(), 1000u);
  }
}

TEST(OpenVino, IndicesThatItDoesNotCheckAreConstantsWithinTheData) {
  const auto engine = openvino_engine();
  const auto gather = [](Tensor indices) {
    return by_hand({3, 4}, {{"pick", "GatherND", "", {"x", "i"}, {"y"}, {}}}, {{"i", std::move(indices)}});
  };
  const auto y = engine->compile(gather(integers({2, 2}, {2, 3, -3, -4})), {})->run({{"x", ramp({3, 4})}}).at("y");
  EXPECT_THAT(values(y), ElementsAre(11, 0));
  const auto scatter = [](Tensor indices) {
    const Tensor updates(Scalar::f32, indices.shape());
    return by_hand({3, 2}, {{"put", "ScatterElements", "", {"x", "i", "u"}, {"y"}, {}}},
                   {{"i", std::move(indices)}, {"u", updates}});
  };
  const auto z = engine->compile(scatter(integers({1, 2}, {2, -3})), {})->run({{"x", ramp({3, 2}, 1)}}).at("y");
  EXPECT_THAT(values(z), ElementsAre(1, 0, 3, 4, 0, 6));
  Graph running = gather(integers({1, 2}, {0, 0}));
  running.initializers.clear();
  running.inputs.push_back({"i", Scalar::i64, fixed({1, 2})});
  for (const Graph& graph : {gather(integers({1, 2}, {0, 4})), gather(integers({1, 1}, {-4})),
                             scatter(integers({1, 2}, {0, 3})), scatter(integers({1, 3}, {0, 0, 0})), running}) {
    EXPECT_THAT(error_from([&] { engine->compile(graph, {}); }).what(), HasSubstr("OpenVINO does not check"));
  }
}

TEST(OpenVino, ChainsThatOverflowItsStackAreRefused) {
  const auto chain = [](int length) {
    std::vector<Node> nodes;
    for (int i = 0; i < length; ++i) {
      const std::string from = i == 0 ? "x" : fmt::format("v{}", i), to = fmt::format("v{}", i + 1);
      nodes.push_back({"", "Relu", "", {from}, {i + 1 == length ? "y" : to}, {}});
    }
    return by_hand({2}, std::move(nodes));
  };
  EXPECT_NO_THROW(openvino::specialise(chain(10'000), {}));
  EXPECT_THAT(error_from([&] { openvino::specialise(chain(10'001), {}); }).what(),
              HasSubstr("network 'odd': Relu 'y': stands behind too many nodes"));
}

TEST(OpenVino, ATapOfUnknownTypeIsRefused) {
  const Graph graph = by_hand({2}, {{"", "Frobnicate", "", {"x"}, {"a"}, {}}, {"", "Relu", "", {"a"}, {"y"}, {}}});
  EXPECT_THAT(error_from([&] { openvino_engine()->compile(graph, {.taps = {"a"}}); }).what(),
              HasSubstr("has a value 'a' of unknown type; tap another"));
}

TEST(OpenVino, NetworksRunInWhatItCallsNative) {
  const auto engine = openvino_engine();
  const std::vector<Precision> native = engine->native_precisions();
  EXPECT_EQ(std::ranges::count(native, Precision::f32), 1);
  EXPECT_EQ(std::ranges::count(native, Precision::bf16), has_native_bf16() ? 1 : 0);
  EXPECT_EQ(native.front(), has_fast_bf16() ? Precision::bf16 : Precision::f32);
  for (const Precision precision : native) {
    EXPECT_EQ(engine->compile(affine(2), {.precision = precision})->precision(), precision);
  }
}

TEST(OpenVino, AnUndecidedPrecisionIsADefect) {
  const Error error = error_from([] { openvino_engine()->compile(affine(2), {.precision = Precision::automatic}); });
  EXPECT_EQ(error.fault(), Fault::defect);
}

TEST(OpenVino, Int8NeedsAQuantisedNetwork) {
  const auto engine = openvino_engine();
  const Error error = error_from([&] { engine->compile(affine(2), {.precision = Precision::int8}); });
  EXPECT_EQ(error.fault(), Fault::usage);

  Graph graph;  // by hand: quantised networks come from files
  graph.name = "quantised";
  graph.inputs = {{"x", Scalar::f32, fixed({3})}};
  graph.outputs = {{"y", Scalar::f32, fixed({3})}};
  graph.initializers = {{"scale", Tensor::scalar(0.5f)}, {"zero", Tensor::scalar(std::int8_t{0})}};
  graph.nodes = {{"q", "QuantizeLinear", "", {"x", "scale", "zero"}, {"quantised"}, {}},
                 {"d", "DequantizeLinear", "", {"quantised", "scale", "zero"}, {"y"}, {}}};
  const auto run = engine->compile(graph, {.precision = Precision::int8});
  EXPECT_EQ(run->precision(), Precision::int8);
  const auto outputs = run->run({{"x", Tensor::of<float>({3}, std::vector<float>{0.6f, -1.2f, 1000})}});
  EXPECT_THAT(values(outputs.at("y")), ElementsAre(0.5f, -1.f, 63.5f));
}

TEST(OpenVino, KeepsCompiledNetworksOnDisk) {
  const TemporaryFolder folder;
  const auto files = [&] { return std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()); };
  const auto x = ramp({2, 3});
  const auto first = openvino_engine(folder.path())->compile(affine(2), {})->run({{"x", x}});
  const auto kept = files();
  EXPECT_GE(kept, 1);
  const auto again = openvino_engine(folder.path())->compile(affine(2), {})->run({{"x", x}});
  EXPECT_EQ(files(), kept);
  EXPECT_THAT(values(again.at("y")), Pointwise(testing::FloatEq(), values(first.at("y"))));
}

TEST(OpenVino, MakesADamagedNetworkOnDiskAnew) {
  const TemporaryFolder folder;
  const auto run = [&] { return openvino_engine(folder.path())->compile(affine(2), {})->run({{"x", ramp({2, 3})}}); };
  const auto sound = run();
  const fs::path file = fs::directory_iterator(folder.path())->path();
  const Bytes whole = read_bytes(file);
  for (const std::size_t at : {std::size_t{5}, whole.size() / 2, whole.size() - 1}) {
    Bytes flipped = whole;
    flipped[at] ^= std::byte{1};
    write_file(file, flipped);
    EXPECT_THAT(values(run().at("y")), Pointwise(testing::FloatEq(), values(sound.at("y"))));
    EXPECT_NE(read_bytes(file), flipped);
  }
  write_file(file, std::span(whole).first(whole.size() / 3));
  EXPECT_THAT(values(run().at("y")), Pointwise(testing::FloatEq(), values(sound.at("y"))));
}

TEST(OpenVino, SaysWhichVersionItIs) {
  EXPECT_THAT(openvino_engine()->description(), testing::MatchesRegex("OpenVINO [0-9.]+, CPU"));
}

// A 3D U-Net: two convolutions, each with instance norm and leaky rectifier, per level.
Graph unet(const std::vector<std::int64_t>& features, const Shape& spatial) {
  Builder b("unet");
  Shape shape{1, 1};
  shape.insert(shape.end(), spatial.begin(), spatial.end());
  const Shape three{3, 3, 3}, two{2, 2, 2}, one{1, 1, 1};
  const auto options = [](const Shape& kernel, const Shape& stride) {
    ConvOptions made;
    made.kernel = kernel;
    made.stride = stride;
    return made;
  };
  const auto block = [&](Value x, std::int64_t width, const Shape& stride, const std::string& name) {
    x = b.leaky_relu(b.instance_norm(name + ".norm0", b.conv(name + ".conv0", x, width, options(three, stride))));
    return b.leaky_relu(b.instance_norm(name + ".norm1", b.conv(name + ".conv1", x, width, options(three, one))));
  };
  Value x = b.input("image", Scalar::f32, fixed(shape));
  std::vector<Value> skips;
  for (std::size_t i = 0; i < features.size(); ++i) {
    x = block(x, features[i], i == 0 ? one : two, "down" + std::to_string(i));
    skips.push_back(x);
  }
  for (std::size_t i = features.size() - 1; i-- > 0;) {
    ConvOptions up = options(two, two);
    up.pads = Shape(6, 0);
    x = b.conv_transpose("up" + std::to_string(i), x, features[i], up);
    x = block(b.concat({x, skips[i]}), features[i], one, "join" + std::to_string(i));
  }
  b.output(b.conv("head", x, 3, options(one, one)), "logits");
  return b.build();
}

/// Exits this process, with status 0 if the peak memory of a run was predicted within 15 %.
[[noreturn]] void end_with_the_prediction_of_memory(Precision precision) {
  set_memory_policy();  // as the programs do
  const auto engine = openvino_engine();
  const CompileOptions options{.precision = precision};
  engine->compile(unet({8, 16}, {16, 16, 16}), options);  // loads what every network shares
  const Graph graph = unet({16, 32, 64}, {64, 64, 64});
  const Tensor image(Scalar::f32, {1, 1, 64, 64, 64});

  const MemoryEstimate predicted = engine->predict_memory(graph, options);
  reset_peak_memory();
  const std::uint64_t before = peak_memory_bytes();
  const auto run = engine->compile(graph, options);
  const auto outputs = run->run({{"image", image}});
  const double observed = static_cast<double>(peak_memory_bytes() - before);
  const double ratio = static_cast<double>(predicted.total()) / observed;
  fmt::print(stderr, "{}: {:.3f} of {:.1f} MB\n", name_of(run->precision()), ratio, observed / 1e6);
  const bool sound = run->memory().total() == predicted.total() && run->precision() == precision;
  std::_Exit(sound && std::abs(ratio - 1) <= 0.15 ? 0 : 1);
}

// Each in its own process: freed memory stays with a process and would be reused unnoticed.
TEST(OpenVino, PredictsTheMemoryThatARunNeeds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_with_the_prediction_of_memory(Precision::f32), testing::ExitedWithCode(0), "");
  if (!has_native_bf16()) GTEST_SKIP() << "bf16: this processor computes it in f32, or slowly";
  EXPECT_EXIT(end_with_the_prediction_of_memory(Precision::bf16), testing::ExitedWithCode(0), "");
}

// Convolutions of equal width; quantised as exporters write it: activations and weights are quantised and dequantised.
Graph conv_chain(std::int64_t width, bool quantised) {
  Builder b("chain");
  const Value scale = b.constant(Tensor::scalar(0.02f)), zero = b.constant(Tensor::scalar(std::int8_t{0}));
  const Tensor weights(Scalar::i8, {width, width, 3, 3});
  Value x = b.input("image", Scalar::f32, fixed({1, width, 8, 8}));
  for (const char* name : {"first", "second"}) {
    Value w = b.parameter(name, quantised ? weights : weights.as(Scalar::f32));
    if (quantised) {
      x = b.node("DequantizeLinear", {b.node("QuantizeLinear", {x, scale, zero}), scale, zero});
      w = b.node("DequantizeLinear", {w, scale, zero});
    }
    x = b.relu(b.node("Conv", {x, w}, {{"pads", Shape(4, 1)}}));
  }
  b.output(x, "y");
  return b.build();
}

TEST(OpenVino, PredictsTheMemoryOfAQuantisedNetwork) {
  const auto engine = openvino_engine();
  const Graph graph = conv_chain(256, true);
  const MemoryEstimate eight = engine->predict_memory(graph, {.precision = Precision::int8});
  EXPECT_EQ(engine->compile(graph, {.precision = Precision::int8})->memory().total(), eight.total());
  const Graph wide = conv_chain(256, false);
  EXPECT_LT(2 * eight.weights, engine->predict_memory(wide, {.precision = Precision::f32}).weights);
  // Parts that are not quantised are held in the fastest native precision.
  const Precision rest = has_fast_bf16() ? Precision::bf16 : Precision::f32;
  EXPECT_EQ(eight.activations, engine->predict_memory(wide, {.precision = rest}).activations);
}

}  // namespace
}  // namespace galen
