#include "galen/graph/graph.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <protozero/pbf_writer.hpp>

#include "galen/base/message_test.h"
#include "galen/graph/builder.h"
#include "galen/graph/infer.h"
#include "galen/graph/onnx_format.h"
#include "galen/graph/same_graph_test.h"

namespace galen {
namespace {

using protozero::pbf_writer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Node node(const std::string& op, std::vector<std::string> inputs, std::vector<std::string> outputs,
          std::map<std::string, Attribute> attributes = {}) {
  return {.name = {},
          .op = op,
          .domain = {},
          .inputs = std::move(inputs),
          .outputs = std::move(outputs),
          .attributes = std::move(attributes)};
}

Graph small() {
  Builder b("small");
  const Value x = b.input("x", Scalar::f32, {{-1, "batch"}, {3, {}}, {8, {}}, {8, {}}});
  b.output(b.softmax(b.leaky_relu(b.conv("conv", x, 4, {.kernel = {3, 3}}))), "y");
  return b.build();
}

Graph relu_chain(std::vector<Node> nodes) {
  Graph out;
  out.inputs = {{"x", Scalar::f32, {{2, {}}}}};
  out.outputs = {{"y", Scalar::f32, {{2, {}}}}};
  out.nodes = std::move(nodes);
  return out;
}

TEST(Onnx, RoundTripsEveryTypeOfWeight) {
  Graph graph = relu_chain({node("Relu", {"x"}, {"y"})});
  for (const Scalar type : {Scalar::u8, Scalar::i8, Scalar::u16, Scalar::i16, Scalar::u32, Scalar::i32, Scalar::u64,
                            Scalar::i64, Scalar::f16, Scalar::bf16, Scalar::f32, Scalar::f64, Scalar::boolean}) {
    const std::vector<float> values = {0, 1};
    graph.initializers[std::string(name_of(type))] = Tensor::of<float>({2, 1}, values).as(type);
  }
  graph.metadata["made by"] = "a test";
  graph.constants = {"f64"};
  expect_equal(parse_onnx(write_onnx(graph), "test"), graph);
}

TEST(Onnx, HalfWeightsComeBackAsF32UnderTheirNames) {
  const Graph graph = small();
  const Bytes whole = write_onnx(graph), half = write_onnx(graph, Scalar::f16);
  EXPECT_LT(half.size(), whole.size());
  const Graph again = parse_onnx(half, "test");
  EXPECT_EQ(again.nodes.size(), graph.nodes.size());
  EXPECT_EQ(again.initializers.size(), graph.initializers.size());
  const auto narrow = again.initializers.at("conv.weight").values<float>();
  const auto wide = graph.initializers.at("conv.weight").values<float>();
  for (std::size_t i = 0; i < wide.size(); ++i) EXPECT_EQ(narrow[i], from_f16(to_f16(wide[i])));
}

TEST(Onnx, WeightsThatHalfNumbersCannotHoldStayAsTheyAre) {
  Graph graph = relu_chain({node("Mul", {"x", "w"}, {"y"})});
  const auto kept = [&](float greatest) {
    graph.initializers["w"] = Tensor::of<float>({2}, std::vector<float>{0.1f, greatest});
    return parse_onnx(write_onnx(graph, Scalar::f16), "test").initializers.at("w");
  };
  EXPECT_THAT(kept(70000).values<float>(), ElementsAre(0.1f, 70000));
  EXPECT_THAT(kept(-65520).values<float>(), ElementsAre(0.1f, -65520));
  EXPECT_THAT(kept(65519).values<float>(), ElementsAre(from_f16(to_f16(0.1f)), 65504));
}

TEST(Onnx, EveryTruncationIsRefusedOrReadWithoutHarm) {
  const Bytes whole = write_onnx(small());
  for (std::size_t n = 0; n < whole.size(); ++n) {
    try {
      check(parse_onnx(std::span(whole).first(n), "cut"));
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("cut"));
    }
  }
}

TEST(Onnx, EveryFlippedByteIsRefusedOrReadWithoutHarm) {
  Bytes bytes = write_onnx(small());
  for (std::byte& byte : bytes) {
    for (const int bit : {0, 3, 7}) {
      byte ^= std::byte{1} << bit;
      try {
        check(parse_onnx(bytes, "flipped"));
      } catch (const Error&) {
      }
      byte ^= std::byte{1} << bit;
    }
  }
}

// A model around one hand-written TensorProto.
Bytes model_with_tensor(const std::string& tensor) {
  std::string bytes;
  pbf_writer model(bytes);
  model.add_int64(onnx::model_field::ir_version, 8);
  {
    pbf_writer graph(model, onnx::model_field::graph);
    graph.add_message(onnx::graph_field::initializer, tensor);
  }
  pbf_writer opset(model, onnx::model_field::opset_import);
  opset.add_int64(onnx::opset_field::version, 18);
  opset.commit();
  const auto view = as_bytes(bytes);
  return {view.begin(), view.end()};
}

std::string tensor_header(const Shape& dims, std::int32_t type) {
  std::string bytes;
  pbf_writer out(bytes);
  for (const std::int64_t extent : dims) out.add_int64(onnx::tensor_field::dims, extent);
  out.add_int32(onnx::tensor_field::data_type, type);
  out.add_string(onnx::tensor_field::name, "w");
  return bytes;
}

TEST(Onnx, TypedFieldsAreReadPackedOrNot) {
  std::string packed = tensor_header({3}, 6), loose = packed;
  const std::vector<std::int32_t> values = {-1, 2, 300};
  pbf_writer(packed).add_packed_int32(onnx::tensor_field::int32_data, values.begin(), values.end());
  for (const std::int32_t value : values) pbf_writer(loose).add_int32(onnx::tensor_field::int32_data, value);
  for (const std::string& tensor : {packed, loose}) {
    const Graph graph = parse_onnx(model_with_tensor(tensor), "test");
    EXPECT_THAT(graph.initializers.at("w").values<std::int32_t>(), ElementsAre(-1, 2, 300));
  }
}

TEST(Onnx, HalfNumbersInTypedFieldsAreBitPatterns) {
  std::string tensor = tensor_header({1}, 10);
  pbf_writer(tensor).add_int32(onnx::tensor_field::int32_data, 0x3C00);
  const Graph graph = parse_onnx(model_with_tensor(tensor), "test");
  EXPECT_EQ(graph.initializers.at("w").as(Scalar::f32).values<float>()[0], 1.0f);
}

TEST(Onnx, AHugeTensorIsRefusedBeforeMemoryIsTaken) {
  const Bytes claims = model_with_tensor(tensor_header({1 << 20, 1 << 20}, 1));
  EXPECT_THAT(message_of([&] { parse_onnx(claims, "test"); }),
              AllOf(HasSubstr("'w'"), HasSubstr("larger than the limit")));
  const Bytes hollow = model_with_tensor(tensor_header({1 << 20, 512}, 1));
  EXPECT_THAT(message_of([&] { parse_onnx(hollow, "test"); }), HasSubstr("does not fill its shape"));
  const Bytes negative = model_with_tensor(tensor_header({-4}, 1));
  EXPECT_THAT(message_of([&] { parse_onnx(negative, "test"); }), HasSubstr("negative extent"));
  const Bytes deep = model_with_tensor(tensor_header(Shape(33, 1), 1));
  EXPECT_THAT(message_of([&] { parse_onnx(deep, "test"); }), HasSubstr("has too many axes (33, at most 32)"));
  const Bytes text = model_with_tensor(tensor_header({1}, 8));
  EXPECT_THAT(message_of([&] { parse_onnx(text, "test"); }), HasSubstr("string"));
}

std::string external_tensor(const std::string& location, const std::string& offset) {
  std::string bytes = tensor_header({2}, 1);
  pbf_writer out(bytes);
  out.add_int32(onnx::tensor_field::data_location, 1);
  for (const auto& [key, value] : {std::pair{"location", location}, std::pair{"offset", offset}}) {
    pbf_writer entry(out, onnx::tensor_field::external_data);
    entry.add_string(onnx::entry_field::key, key);
    entry.add_string(onnx::entry_field::value, value);
  }
  return bytes;
}

TEST(Onnx, ExternalDataIsReadFromTheModelsFolderOnly) {
  const TemporaryFolder folder;
  const std::vector<float> values = {9, 1.5f, -2};
  const fs::path inside = folder.path() / "model";
  fs::create_directory(inside);
  for (const fs::path& place : {inside, folder.path()}) {
    write_file(place / "weights.bin", std::as_bytes(std::span(values)));
  }
  const auto read = [&](const std::string& location, const std::string& offset) {
    write_file(inside / "model.onnx", model_with_tensor(external_tensor(location, offset)));
    return read_onnx(inside / "model.onnx");
  };
  EXPECT_THAT(read("weights.bin", "4").initializers.at("w").values<float>(), ElementsAre(1.5f, -2));
  EXPECT_THAT(message_of([&] { read("weights.bin", "8"); }), HasSubstr("beyond the end"));
  EXPECT_THAT(message_of([&] { read("weights.bin", "-4"); }), HasSubstr("no number"));
  EXPECT_THAT(message_of([&] { read("../weights.bin", "0"); }),
              AllOf(HasSubstr("outside the folder"), HasSubstr("; put")));
  EXPECT_THAT(message_of([&] { read((folder.path() / "weights.bin").string(), "0"); }),
              HasSubstr("outside the folder"));
  EXPECT_THAT(message_of([&] { read(std::string(5000, 'x'), "0"); }), HasSubstr("outside the folder"));
  EXPECT_THAT(message_of([&] { read("missing.bin", "0"); }), HasSubstr("not there (missing.bin); copy"));
  fs::create_symlink(folder.path() / "weights.bin", inside / "link.bin");
  EXPECT_THAT(message_of([&] { read("link.bin", "0"); }), HasSubstr("outside the folder"));
}

TEST(Onnx, WhatIsNoModelIsRefused) {
  EXPECT_THAT(message_of([] { parse_onnx({}, "empty.onnx"); }), HasSubstr("empty.onnx: is empty; copy"));
  EXPECT_THAT(message_of([] { parse_onnx(as_bytes("\x89PNG\r\n\x1a\n and so on"), "image.onnx"); }),
              HasSubstr("image.onnx"));
  Graph future = small();
  future.opset = 99;
  EXPECT_THAT(message_of([&] { parse_onnx(write_onnx(future), "future.onnx"); }), HasSubstr("opset 99"));
}

TEST(Onnx, NodesOutOfOrderAreSortedAndCyclesRefused) {
  const Graph mixed = relu_chain({node("Relu", {"a"}, {"y"}), node("Neg", {"x"}, {"a"})});
  EXPECT_EQ(parse_onnx(write_onnx(mixed), "test").nodes[0].op, "Neg");
  const Graph cycle = relu_chain({node("Add", {"x", "y"}, {"a"}), node("Relu", {"a"}, {"y"})});
  EXPECT_THAT(message_of([&] { parse_onnx(write_onnx(cycle), "test"); }),
              AllOf(HasSubstr("test: Add 'a'"), HasSubstr("cycle"), HasSubstr("; correct the model")));
}

TEST(Check, NamesNodeOperatorAndReason) {
  const auto said = [](std::vector<Node> nodes) { return message_of([&] { check(relu_chain(std::move(nodes))); }); };
  EXPECT_THAT(said({node("Relu", {"z"}, {"y"})}),
              AllOf(HasSubstr("Relu 'y'"), HasSubstr("'z'"), HasSubstr("; correct")));
  EXPECT_THAT(said({node("Relu", {"x", "x"}, {"y"})}), HasSubstr("Relu 'y': has 2 inputs (expected 1); correct"));
  EXPECT_THAT(said({node("Neg", {"x"}, {"y"}), node("Relu", {"x"}, {"y"})}), HasSubstr("already exists"));
  EXPECT_THAT(said({node("Neg", {"x"}, {"z"})}), HasSubstr("output 'y'"));
  EXPECT_THAT(said({node("Shape", {"x"}, {"y"})}), HasSubstr("i64, declared f32"));
  EXPECT_THAT(said({node("Unsqueeze", {"x"}, {"y"}, {{"axes", Shape{5}}})}), HasSubstr("axis 5"));
  EXPECT_THAT(said({node("Flatten", {"x"}, {"y"}, {{"axis", std::string("one")}})}), HasSubstr("wrong type"));
  EXPECT_THAT(said({node("And", {"x", "x"}, {"y"})}), HasSubstr("expected bool"));
}

TEST(Check, TheConstantAxisOfACumSumIsOneOfItsInput) {
  Graph graph = relu_chain({node("CumSum", {"x", "axis"}, {"y"})});
  graph.initializers["axis"] = Tensor::scalar<std::int64_t>(-1);
  check(graph);
  graph.initializers["axis"] = Tensor::scalar<std::int64_t>(7);
  EXPECT_THAT(message_of([&] { check(graph); }), HasSubstr("CumSum 'y': has axis 7 (its input has 1 axes); correct"));
}

TEST(Check, AnOutputNamedTwiceIsRefused) {
  Graph graph = relu_chain({node("Relu", {"x"}, {"y"})});
  check(graph);
  graph.outputs.push_back(graph.outputs.front());
  EXPECT_THAT(message_of([&] { check(graph); }), HasSubstr("output 'y': is there twice; correct"));
}

TEST(Check, NumbersThatGrowAreFollowedToABound) {
  Graph graph;
  graph.initializers["v0"] = Tensor(Scalar::i64, {1});
  for (int i = 0; i < 16; ++i) {
    const std::string from = fmt::format("v{}", i), to = fmt::format("v{}", i + 1);
    graph.nodes.push_back(node("Concat", {from, from}, {to}, {{"axis", std::int64_t{0}}}));
  }
  const auto facts = infer_all(graph);
  EXPECT_EQ(facts.at("v12").numbers->size(), 4096u);
  EXPECT_FALSE(facts.at("v13").numbers);
  EXPECT_EQ(facts.at("v16").dims->front().extent, 1 << 16);
}

TEST(Check, MoreAxesThanAnyNetworkHasAreRefused) {
  Graph graph = relu_chain({node("Reshape", {"x", "shape"}, {"z"})});
  graph.outputs.clear();
  Shape shape(65, 1);
  shape.back() = 2;
  graph.initializers["shape"] = Tensor::of<std::int64_t>({65}, shape);
  EXPECT_THAT(message_of([&] { check(graph); }), HasSubstr("Reshape 'z': has too many axes (65, at most 64)"));
  graph.nodes.clear();
  graph.inputs.front().dims.resize(65);
  EXPECT_THAT(message_of([&] { check(graph); }), HasSubstr("input 'x': has too many axes"));
}

TEST(Check, ShapesThatDoNotFitAreRefused) {
  Builder b("test");
  const Value x = b.input("x", Scalar::f32, {{1, {}}, {3, {}}, {8, {}}, {8, {}}});
  const Value y = b.input("y", Scalar::f32, {{1, {}}, {4, {}}, {7, {}}, {8, {}}});
  EXPECT_THAT(message_of([&] { b.add(x, y); }), AllOf(HasSubstr("Add"), HasSubstr("[1, 3, 8, 8] and [1, 4, 7, 8]")));
  EXPECT_THAT(message_of([&] { b.concat({x, y}); }), AllOf(HasSubstr("along axis 1"), HasSubstr("; correct")));
  EXPECT_THAT(message_of([&] { b.reshape(x, {5, -1}); }), HasSubstr("does not fit its input"));
  EXPECT_THAT(message_of([&] { b.node("MatMul", {x, y}); }), HasSubstr("[1, 3, 8, 8]"));
  EXPECT_THAT(message_of([&] { b.conv("c", x, 2, {.kernel = {11, 11}, .pads = Shape{0, 0, 0, 0}}); }),
              HasSubstr("kernel larger than its input"));
}

TEST(Check, ShapeArithmeticIsFollowed) {
  Builder b("test");
  const Value x = b.input("x", Scalar::f32, {{-1, "batch"}, {6, {}}, {4, {}}, {5, {}}});
  const auto integers = [&](const Shape& v) { return b.constant(Tensor::of<std::int64_t>({std::ssize(v)}, v)); };
  // x.reshape(x.shape[0], 2, -1), as exporters write it
  const Value batch = b.node("Gather", {b.node("Shape", {x}), b.constant(Tensor::scalar<std::int64_t>(0))});
  const Value shape = b.concat({b.node("Unsqueeze", {batch, integers({0})}), integers({2, -1})}, 0);
  EXPECT_THAT(b.node("Reshape", {x, shape}).shape, ElementsAre(-1, 2, -1));
  const Value space = b.node("Slice", {b.node("Shape", {x}), integers({2}), integers({4})});
  const Value twice = b.mul(space, integers({2}));
  EXPECT_THAT(b.node("ConstantOfShape", {twice}).shape, ElementsAre(8, 10));
  EXPECT_EQ(b.facts(b.node("Reshape", {x, integers({0, 24, 5})})).dims->front().name, "batch");
}

TEST(Check, ResizeByScalesRoundsInSinglePrecision) {
  Graph graph;
  graph.inputs = {{"x", Scalar::f32, {{1, {}}, {1, {}}, {10, {}}, {10, {}}}}};
  graph.outputs = {{"y", Scalar::f32, {{1, {}}, {1, {}}, {7, {}}, {9, {}}}}};
  graph.initializers = {{"scales", Tensor::of<float>({4}, std::vector<float>{1, 1, 0.7f, 0.9f})}};
  graph.nodes = {node("Resize", {"x", "", "scales"}, {"y"})};
  EXPECT_NO_THROW(check(graph));
}

// x [2, 3, 8] quantised and dequantised, with a scale of the given extents.
Graph quantised(const Shape& scale, std::map<std::string, Attribute> attributes = {}) {
  Graph graph;
  graph.inputs = {{"x", Scalar::f32, {{2, {}}, {3, {}}, {8, {}}}}};
  graph.outputs = {{"y", Scalar::f32, {{2, {}}, {3, {}}, {8, {}}}}};
  graph.initializers = {{"scale", Tensor(Scalar::f32, scale)}, {"zero", Tensor(Scalar::i8, scale)}};
  graph.nodes = {node("QuantizeLinear", {"x", "scale", "zero"}, {"q"}, attributes),
                 node("DequantizeLinear", {"q", "scale", "zero"}, {"y"}, attributes)};
  return graph;
}

TEST(Check, QuantisedValuesKeepTheirShapeAndChangeTheirType) {
  EXPECT_EQ(check(quantised({})).at("q").type, Scalar::i8);  // the zero point's
  EXPECT_EQ(check(quantised({})).at("q").dims[2].extent, 8);
  EXPECT_EQ(check(quantised({})).at("y").type, Scalar::f32);  // the scale's
  check(quantised({3}));
  check(quantised({8}, {{"axis", std::int64_t{-1}}}));
  check(quantised({2, 3, 2}, {{"axis", std::int64_t{2}}, {"block_size", std::int64_t{5}}}));
  Graph bare = quantised({});
  bare.nodes[0].inputs.pop_back(), bare.nodes[1].inputs.pop_back();
  EXPECT_EQ(check(bare).at("q").type, Scalar::u8);
  bare.nodes[0].attributes = {{"output_dtype", std::int64_t{5}}};
  EXPECT_EQ(check(bare).at("q").type, Scalar::i16);
}

TEST(Check, ScalesThatDoNotFitAreRefused) {
  const auto said = [](const Graph& graph) { return message_of([&] { check(graph); }); };
  EXPECT_THAT(said(quantised({8})),
              AllOf(HasSubstr("QuantizeLinear 'q'"), HasSubstr("scale has extent 8, expected 3")));
  EXPECT_THAT(said(quantised({3}, {{"axis", std::int64_t{3}}})), HasSubstr("axis 3"));
  EXPECT_THAT(said(quantised({2, 3, 2}, {{"axis", std::int64_t{2}}, {"block_size", std::int64_t{3}}})),
              HasSubstr("scale has extent 2, expected 3"));
  Graph graph = quantised({3});
  graph.initializers["zero"] = Tensor(Scalar::i8, {2});
  EXPECT_THAT(said(graph), HasSubstr("zero point has extent 2, expected 3"));
  graph = quantised({3});
  graph.initializers["other"] = Tensor(Scalar::u8, {3});
  graph.nodes[1].inputs[2] = "other";
  EXPECT_THAT(said(graph), AllOf(HasSubstr("DequantizeLinear 'y'"), HasSubstr("0 is i8, 2 is u8")));
}

TEST(Check, ProductsOfIntegersHaveTheShapesOfThoseOfFloats) {
  Graph graph;
  graph.inputs = {{"x", Scalar::f32, {{1, {}}, {3, {}}, {8, {}}, {8, {}}}}};
  graph.outputs = {{"y", Scalar::i32, {}, false}};
  graph.initializers = {{"w", Tensor(Scalar::i8, {4, 3, 3, 3})}, {"m", Tensor(Scalar::i8, {6, 5})}};
  graph.nodes = {node("DynamicQuantizeLinear", {"x"}, {"q", "scale", "zero"}),
                 node("ConvInteger", {"q", "w", "zero"}, {"c"}), node("MatMulInteger", {"q2", "m"}, {"y"})};
  graph.inputs.push_back({"q2", Scalar::u8, {{2, {}}, {6, {}}}});
  const auto values = check(graph);
  EXPECT_EQ(values.at("q").type, Scalar::u8);
  EXPECT_TRUE(values.at("scale").dims.empty() && values.at("zero").dims.empty());
  EXPECT_EQ(values.at("c").type, Scalar::i32);
  EXPECT_THAT(values.at("c").dims, ElementsAre(Dim{1, {}}, Dim{4, {}}, Dim{6, {}}, Dim{6, {}}));
  EXPECT_THAT(values.at("y").dims, ElementsAre(Dim{2, {}}, Dim{5, {}}));
  graph.initializers["w"] = Tensor(Scalar::i8, {4, 2, 3, 3});
  EXPECT_THAT(message_of([&] { check(graph); }),
              AllOf(HasSubstr("ConvInteger 'c'"), HasSubstr("input channels are 3")));
}

TEST(Check, UnknownOperatorsLeaveShapesOpen) {
  Graph graph = relu_chain({node("Frobnicate", {"x"}, {"a"}), node("Relu", {"a"}, {"y"})});
  const auto values = check(graph);
  EXPECT_FALSE(values.contains("a"));
  EXPECT_EQ(values.at("y").dims[0].extent, 2);  // as declared
}

TEST(Graph, ExtractKeepsWhatAnOutputNeeds) {
  Graph graph = relu_chain({node("Neg", {"x"}, {"a"}), node("Add", {"a", "w"}, {"b"}), node("Relu", {"b"}, {"y"})});
  graph.initializers["w"] = Tensor(Scalar::f32, {2});
  graph.initializers["unused"] = Tensor(Scalar::f32, {2});
  const Graph head = extract(graph, {"a"});
  EXPECT_EQ(head.nodes.size(), 1u);
  EXPECT_TRUE(head.initializers.empty());
  EXPECT_EQ(head.outputs[0].name, "a");
  EXPECT_TRUE(extract(graph, {"y"}).initializers.contains("w"));
  EXPECT_THROW(extract(graph, {"z"}), Error);
}

TEST(Graph, FixInputHoldsForEveryAxisOfTheName) {
  Graph graph = small();
  fix_input(graph, "x", {2, 3, 8, 8});
  EXPECT_EQ(check(graph).at("y").dims[0].extent, 2);
  EXPECT_EQ(graph.outputs[0].dims[0].extent, 2);
  EXPECT_THAT(message_of([&] { fix_input(graph, "x", {4, 3, 8, 8}); }), HasSubstr("axis 0 has extent 2"));
  EXPECT_THAT(message_of([&] { fix_input(graph, "z", {1}); }), HasSubstr("its inputs: x"));
}

TEST(Cost, CountsParametersArithmeticAndTheLivingPeak) {
  Graph graph = small();
  EXPECT_THAT(message_of([&] { cost_of(graph); }), HasSubstr("fix the shapes"));
  fix_input(graph, "x", {2, 3, 8, 8});
  const Cost cost = cost_of(graph);
  EXPECT_EQ(cost.parameters, 3 * 4 * 9 + 4);
  const double out = 2 * 4 * 64;
  EXPECT_EQ(cost.flops, out * 2 * 3 * 9 + out + 3 * out);
  EXPECT_EQ(cost.peak_activation_elements, 2 * 4 * 64 + 2 * 4 * 64);  // one input and one output of a layer
}

TEST(Cost, OfReductionsAndProductsIsThatOfTheirInputs) {
  const auto flops = [](const std::string& op, std::vector<std::string> inputs,
                        std::map<std::string, Attribute> attributes) {
    Graph graph;
    graph.inputs = {{"a", Scalar::f32, {{2, {}}, {3, {}}}}, {"b", Scalar::f32, {{3, {}}, {5, {}}}}};
    graph.nodes = {node(op, std::move(inputs), {"y"}, std::move(attributes))};
    return cost_of(graph).flops;
  };
  for (const char* op : {"ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"}) {
    EXPECT_EQ(flops(op, {"a"}, {}), 6) << op;
  }
  EXPECT_EQ(flops("ArgMax", {"a"}, {}), 6);
  const auto einsum = [](const char* equation) {
    return std::map<std::string, Attribute>{{"equation", std::string(equation)}};
  };
  EXPECT_EQ(flops("Einsum", {"a", "b"}, einsum("ij,jk->ik")), 2 * 2 * 3 * 5);
  EXPECT_EQ(flops("Einsum", {"a"}, einsum("ij -> j")), 2 * 3);
}

TEST(Cost, ActivationsBeyondAnyMemoryAreCountedToABound) {
  Graph graph = relu_chain({node("Neg", {"x"}, {"y"})});
  const std::int64_t extent = std::int64_t{1} << 31;  // two such arrays together overflow 64 bits
  graph.inputs.front().dims = graph.outputs.front().dims = {{extent, {}}, {extent, {}}};
  EXPECT_EQ(cost_of(graph).peak_activation_elements, std::int64_t{1} << 60);
  graph.inputs.front().dims = graph.outputs.front().dims = {{extent, {}}, {0, {}}};
  EXPECT_EQ(cost_of(graph).peak_activation_elements, 0);
}

TEST(Cost, QuantisedWeightsAreNoActivations) {
  Graph graph = relu_chain({node("DequantizeLinear", {"w", "scale"}, {"wide"}), node("MatMul", {"x", "wide"}, {"y"})});
  graph.outputs = {{"y", Scalar::f32, {{3, {}}}}};
  graph.initializers = {{"w", Tensor(Scalar::i8, {2, 3})}, {"scale", Tensor::scalar(0.5f)}};
  EXPECT_EQ(cost_of(graph).peak_activation_elements, 2 + 3);
}

TEST(Builder, NamesAreUniqueAndMayBeChosenLater) {
  Builder b("test");
  const Value x = b.input("x", Scalar::f32, {{1, {}}, {2, {}}});
  const Value hidden = b.linear("hidden", x, 4);
  const Value out = b.linear("head", b.relu(hidden), 3);
  const Value tapped = b.named(hidden, "tap");
  EXPECT_EQ(b.add(hidden, tapped).shape, Shape({1, 4}));  // the old handle still works
  b.output(out, "logits");
  b.output(tapped, "copy");
  EXPECT_THROW(b.linear("head", x, 3), Error);
  const Graph graph = b.build();
  const auto values = check(graph);
  EXPECT_TRUE(values.contains("tap") && values.contains("copy") && values.contains("logits"));
  EXPECT_TRUE(graph.initializers.contains("hidden.weight"));
}

TEST(Builder, WeightsHaveTheVarianceOfHeAndFollowTheSeed) {
  const auto weights = [](std::uint64_t seed) {
    Builder b("test", seed);
    b.conv("c", b.input("x", Scalar::f32, {{1, {}}, {64, {}}, {8, {}}, {8, {}}}), 64, {.kernel = {3, 3}});
    return b.build().initializers.at("c.weight");
  };
  const Tensor one = weights(1), same = weights(1), other = weights(2);
  EXPECT_TRUE(same_tensor(one, same));
  EXPECT_FALSE(same_tensor(one, other));
  double squares = 0;
  for (const float w : one.values<float>()) squares += static_cast<double>(w) * static_cast<double>(w);
  EXPECT_NEAR(squares / static_cast<double>(one.count()) * 64 * 9 / 2, 1, 0.03);
}

TEST(Builder, ConstantsDoNotLearn) {
  Builder b("test");
  const Value x = b.input("x", Scalar::f32, {{2, {}}});
  b.output(b.mul(b.add(x, b.parameter("bias", Tensor(Scalar::f32, {2}))), 0.5f), "y");
  const Graph graph = parse_onnx(write_onnx(b.build()), "test");
  EXPECT_EQ(graph.parameter_count(), 2);
  EXPECT_EQ(cost_of(graph).parameters, 2);
  EXPECT_TRUE(graph.is_parameter("bias"));
  EXPECT_EQ(std::ranges::count_if(graph.initializers, [&](const auto& i) { return graph.is_parameter(i.first); }), 1);
}

}  // namespace
}  // namespace galen
