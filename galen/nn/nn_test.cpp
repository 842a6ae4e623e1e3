#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "galen/nn/blocks.h"
#include "galen/nn/loss.h"
#include "galen/nn/resnet1d.h"
#include "galen/nn/unet.h"

namespace galen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

UNet plain(std::int64_t dims, std::vector<std::int64_t> features) {
  UNet out;
  out.dims = dims;
  const auto stages = features.size(), axes = static_cast<std::size_t>(dims);
  out.features = std::move(features);
  out.kernels.assign(stages, Shape(axes, 3));
  out.strides.assign(stages, Shape(axes, 2));
  out.strides[0] = Shape(axes, 1);
  out.encoder_convs.assign(stages, 2);
  out.decoder_convs.assign(stages - 1, 2);
  return out;
}

Value image(Builder& b, const UNet& net, const Shape& spatial, std::int64_t batch = -1) {
  std::vector<Dim> dims = {{batch, batch < 0 ? "batch" : ""}, {net.in_channels, {}}};
  for (const std::int64_t extent : spatial) dims.push_back({extent, {}});
  return b.input("image", Scalar::f32, dims);
}

// The parameters of a plain U-Net, summed as in the figure: conv k^d a b + b, norm 2 b.
std::int64_t plain_parameters(const UNet& net) {
  const auto conv = [](std::int64_t kernel, std::int64_t in, std::int64_t out) { return kernel * in * out + out; };
  std::int64_t total = 0, in = net.in_channels;
  for (std::size_t s = 0; s < net.features.size(); ++s) {
    const std::int64_t kernel = element_count(net.kernels[s]), f = net.features[s];
    for (std::int64_t i = 0; i < net.encoder_convs[s]; ++i, in = f) total += conv(kernel, in, f) + 2 * f;
  }
  for (std::size_t s = net.features.size() - 1; s-- > 0;) {
    const std::int64_t kernel = element_count(net.kernels[s]), f = net.features[s];
    total += conv(element_count(net.strides[s + 1]), net.features[s + 1], f);
    for (std::int64_t i = 0; i < net.decoder_convs[s]; ++i) total += conv(kernel, i == 0 ? 2 * f : f, f) + 2 * f;
    if (s == 0 || (net.deep_supervision && s + 2 < net.features.size())) total += conv(1, f, net.classes);
  }
  return total;
}

Graph whole(const UNet& net, const Shape& spatial, std::int64_t batch = 1) {
  Builder b("test");
  for (const Value& logits : unet(b, image(b, net, spatial, batch), net)) b.output(logits, logits.name);
  return b.build();
}

TEST(UNet, LogitsHaveTheImagesExtentAndHalvesOfIt) {
  Builder b("test");
  const UNet net = plain(3, {8, 16, 32, 64});
  const auto logits = unet(b, image(b, net, {40, 56, 40}), net);
  ASSERT_EQ(logits.size(), 2u);
  EXPECT_EQ(logits[0].name, "logits");
  EXPECT_THAT(logits[0].shape, ElementsAre(-1, 2, 40, 56, 40));
  EXPECT_EQ(logits[1].name, "logits.1");
  EXPECT_THAT(logits[1].shape, ElementsAre(-1, 2, 20, 28, 20));
}

TEST(UNet, AnisotropicStridesAndKernelsKeepTheThinAxis) {
  Builder b("test");
  UNet net = plain(3, {4, 8, 16});
  net.kernels[0] = {1, 3, 3};
  net.strides[1] = {1, 2, 2};
  const auto logits = unet(b, image(b, net, {6, 16, 16}), net);
  EXPECT_THAT(logits[0].shape, ElementsAre(-1, 2, 6, 16, 16));
  EXPECT_THAT(divisor_of(net), ElementsAre(2, 4, 4));
  EXPECT_THAT(extract(b.build(), {"features"}).outputs[0].dims[2].extent, 3);
}

TEST(UNet, ManyConfigurationsHaveTheParametersOfTheFormula) {
  for (const std::int64_t dims : {2, 3}) {
    for (const std::size_t stages : {2u, 3u, 5u}) {
      for (const bool supervised : {false, true}) {
        UNet net = plain(dims, std::vector<std::int64_t>(stages, 6));
        for (std::size_t s = 0; s < stages; ++s) net.features[s] = static_cast<std::int64_t>(4 + 3 * s);
        net.in_channels = 2;
        net.classes = 5;
        net.decoder_convs[0] = 1;
        net.deep_supervision = supervised;
        const Shape spatial(static_cast<std::size_t>(dims), 32);
        EXPECT_EQ(cost_of(whole(net, spatial)).parameters, plain_parameters(net)) << dims << "D, " << stages;
      }
    }
  }
}

TEST(UNet, ResidualEncoderAddsOnlyNormalisedShortcutsWhereChannelsChange) {
  UNet net = plain(2, {4, 8});
  net.residual = true;
  net.encoder_convs = {1, 1};
  const auto conv = [](std::int64_t kernel, std::int64_t in, std::int64_t out) { return kernel * in * out + 3 * out; };
  const std::int64_t stem = conv(9, 1, 4), first = 2 * conv(9, 4, 4), skip = 4 * 8 + 2 * 8;
  const std::int64_t second = conv(9, 4, 8) + conv(9, 8, 8) + skip;
  const std::int64_t decoder = 4 * 8 * 4 + 4 + conv(9, 8, 4) + conv(9, 4, 4) + 4 * 2 + 2;
  const Graph graph = whole(net, {16, 16});
  EXPECT_EQ(cost_of(graph).parameters, stem + first + second + decoder);
  EXPECT_TRUE(std::ranges::any_of(graph.nodes, [](const Node& node) { return node.op == "AveragePool"; }));
}

TEST(UNet, FlopsAreThoseOfTheConvolutionsAndLittleElse) {
  UNet net = plain(2, {4, 8});
  net.decoder_convs = {1};
  net.encoder_convs = {1, 1};
  const double fine = 32 * 32, coarse = 16 * 16;
  const double convolutions =
      2 * (fine * 9 * 1 * 4 + coarse * 9 * 4 * 8 + coarse * 8 * 4 * 4 + fine * 9 * 8 * 4 + fine * 4 * 2);
  const double others = 6 * (fine * 4 + coarse * 8 + fine * 4);  // norms count 5, rectifiers 1
  const Graph graph = extract(whole(net, {32, 32}), {"logits"});
  EXPECT_DOUBLE_EQ(cost_of(graph).flops, convolutions + others);
}

TEST(UNet, AnImageThatTheStridesDoNotDivideIsRefusedByTheNodeThatJoins) {
  Builder b("test");
  const UNet net = plain(2, {4, 8});
  try {
    unet(b, image(b, net, {15, 16}), net);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Concat"));
  }
}

TEST(UNet, ALayerMoreDoesNotChangeTheInitialWeightsOfTheOthers) {
  UNet net = plain(2, {4, 8});
  const Graph before = whole(net, {16, 16});
  net.encoder_convs[0] = 3;
  const Graph after = whole(net, {16, 16});
  const std::string name = "encoder.1.1.conv.weight";
  EXPECT_TRUE(std::ranges::equal(before.initializers.at(name).bytes(), after.initializers.at(name).bytes()));
}

TEST(UNet, GraphForABundleKeepsTheEmbedding) {
  const Graph graph = unet_graph(plain(2, {4, 8, 16}), {16, 16}, 1);
  ASSERT_EQ(graph.outputs.size(), 2u);
  EXPECT_EQ(graph.outputs[1].name, "embedding");
  EXPECT_EQ(graph.outputs[1].dims.size(), 2u);
  EXPECT_FALSE(graph.initializers.contains("head.1.weight"));
}

TEST(UNet, RoundTripsThroughOnnx) {
  const Graph graph = whole(plain(3, {4, 8, 16}), {8, 8, 8});
  const Graph again = parse_onnx(write_onnx(graph), "test");
  ASSERT_EQ(again.nodes.size(), graph.nodes.size());
  ASSERT_EQ(again.initializers.size(), graph.initializers.size());
  for (const auto& [name, tensor] : graph.initializers) {
    EXPECT_TRUE(std::ranges::equal(tensor.bytes(), again.initializers.at(name).bytes())) << name;
  }
  EXPECT_EQ(cost_of(again).flops, cost_of(graph).flops);
}

TEST(UNet, RoundTripsThroughJson) {
  UNet net = plain(3, {4, 8, 16});
  net.residual = true;
  net.dropout = 0.125f;
  net.strides[2] = {1, 2, 2};
  EXPECT_EQ(unet_from_json({to_json(net), "test"}), net);
}

TEST(UNet, JsonWithAnUnknownKeyOrListsThatDoNotFitIsRefused) {
  Json json = to_json(plain(2, {4, 8}));
  json["depth"] = 3;
  EXPECT_THROW(unet_from_json({json, "test"}), Error);
  json = to_json(plain(2, {4, 8}));
  json["kernels"].erase(0);
  EXPECT_THROW(unet_from_json({json, "test"}), Error);
  json = to_json(plain(2, {4, 8}));
  json["kernels"][0][0] = 4;
  EXPECT_THROW(unet_from_json({json, "test"}), Error);
}

TEST(ResNet1d, ClassifiesSignalsOfAnyLength) {
  const ResNet1d net = {
      .in_channels = 12, .classes = 5, .features = {16, 32}, .blocks = {1, 2}, .squeeze = 4, .heads = 4};
  Builder b("test");
  const Value signal = b.input("signal", Scalar::f32, {{-1, "batch"}, {12, {}}, {-1, "time"}});
  const Value logits = resnet1d(b, signal, net);
  EXPECT_THAT(logits.shape, ElementsAre(-1, 5));
  b.output(logits, "logits");
  Graph graph = b.build();
  fix_input(graph, "signal", {2, 12, 1000});
  const auto values = check(graph);
  EXPECT_EQ(values.at("features").dims[2].extent, 500);
  EXPECT_EQ(values.at("embedding").dims[1].extent, 32);
  EXPECT_EQ(resnet1d_from_json({to_json(net), "test"}), net);
}

TEST(ResNet1d, ALongerStrideOfTheStemShortensTimeForAllStages) {
  const ResNet1d net = {.in_channels = 2, .features = {8, 16}, .blocks = {1, 1}, .stem_stride = 4};
  Builder b("test");
  const Value signal = b.input("signal", Scalar::f32, {{-1, "batch"}, {2, {}}, {800, {}}});
  b.output(resnet1d_embedding(b, signal, net), "embedding");
  const auto values = check(b.build());
  EXPECT_EQ(values.at("features").dims[2].extent, 100);
  EXPECT_EQ(resnet1d_from_json({to_json(net), "test"}), net);
}

struct Scene {
  Builder b{"test"};
  Value logits, labels;
  explicit Scene(const Shape& spatial = {8, 8}, std::int64_t classes = 3) {
    std::vector<Dim> dims = {{-1, "batch"}};
    for (const std::int64_t extent : spatial) dims.push_back({extent, {}});
    labels = b.input("labels", Scalar::u8, dims);
    dims.insert(dims.begin() + 1, {classes, {}});
    logits = b.input("logits", Scalar::f32, dims);
  }
};

TEST(Losses, AreSingleNumbersOfOrdinaryOperators) {
  static const std::set<std::string> ordinary = {"Add",     "Cast",     "Div",        "LogSoftmax", "Mul",
                                                 "OneHot",  "Pow",      "ReduceMean", "ReduceSum",  "Slice",
                                                 "Softmax", "Softplus", "Sub"};
  Scene scene;
  Builder& b = scene.b;
  const std::vector<Value> losses = {cross_entropy(b, scene.logits, scene.labels, {1, 2, 3}),
                                     focal(b, scene.logits, scene.labels),
                                     dice_cross_entropy(b, scene.logits, scene.labels),
                                     dice_cross_entropy(b, scene.logits, scene.labels, {.batch = false}),
                                     binary_cross_entropy(b, scene.logits, scene.logits),
                                     mean_squared_error(b, scene.logits, scene.logits)};
  for (const Value& loss : losses) {
    EXPECT_TRUE(loss.shape.empty());
    EXPECT_EQ(loss.type, Scalar::f32);
  }
  for (const Node& node : b.build().nodes) EXPECT_TRUE(ordinary.contains(node.op)) << node.label();
}

TEST(Losses, HoldNothingThatLearns) {
  Scene scene;
  dice_cross_entropy(scene.b, scene.logits, scene.labels);
  cross_entropy(scene.b, scene.logits, scene.labels, {1, 2, 3});
  const Graph graph = scene.b.build();
  for (const auto& [name, tensor] : graph.initializers) EXPECT_FALSE(graph.is_parameter(name)) << name;
}

TEST(Losses, DeepSupervisionTakesCoarseLabelsFromTheMiddle) {
  Scene scene;
  Builder& b = scene.b;
  const Value coarse = b.input("coarse", Scalar::f32, {{-1, "batch"}, {3, {}}, {2, {}}, {4, {}}});
  const auto loss = [](Builder& builder, const Value& logits, const Value& labels) {
    EXPECT_THAT(labels.shape, ElementsAre(-1, logits.shape[2], logits.shape[3]));
    return cross_entropy(builder, logits, labels);
  };
  EXPECT_TRUE(deep_supervision(b, {scene.logits, coarse}, scene.labels, loss).shape.empty());
  const Graph graph = b.build();
  const auto cut = std::ranges::find(graph.nodes, "Slice", &Node::op);
  ASSERT_NE(cut, graph.nodes.end());
  EXPECT_THAT(graph.initializers.at(cut->inputs[1]).values<std::int64_t>(), ElementsAre(1, 0));
  EXPECT_THAT(graph.initializers.at(cut->inputs[4]).values<std::int64_t>(), ElementsAre(4, 2));
}

TEST(Losses, LabelsAndWeightsThatDoNotFitAreRefused) {
  Scene scene;
  EXPECT_THROW(cross_entropy(scene.b, scene.logits, scene.labels, {1, 2}), Error);
  EXPECT_THROW(cross_entropy(scene.b, scene.labels, scene.labels), Error);
}

TEST(Blocks, AttentionRefusesHeadsThatDoNotDivideTheChannels) {
  Builder b("test");
  const Value x = b.input("x", Scalar::f32, {{-1, {}}, {10, {}}, {6, {}}});
  EXPECT_THAT(self_attention(b, "attention", x, 3).shape, ElementsAre(-1, 10, 6));
  EXPECT_THROW(self_attention(b, "other", x, 4), Error);
}

TEST(Blocks, AttentionThatIsCutGivesPlacesWithAllTheirNeighbours) {
  Builder b("test");
  const Value x = b.input("x", Scalar::f32, {{-1, {}}, {10, {}}, {6, {}}});
  EXPECT_THAT(self_attention(b, "attention", x, 3, Band{4, 1}, Ends::cut).shape, ElementsAre(-1, 5, 6));
}

}  // namespace
}  // namespace galen
