// The two engines agree: the network that is run is the one that was trained.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "galen/engine/openvino/openvino.h"
#include "galen/train/torch/operator_cases_test.h"
#include "galen/train/torch/torch_engine.h"

namespace galen {
namespace {

void expect_near(const Tensor& a, const Tensor& b, float tolerance, const std::string& what) {
  ASSERT_EQ(a.shape(), b.shape()) << what;
  ASSERT_EQ(a.type(), b.type()) << what;
  for (std::size_t i = 0; i < a.values<float>().size(); ++i) {
    const float x = a.values<float>()[i], y = b.values<float>()[i];
    ASSERT_NEAR(x, y, tolerance * std::max(1.0f, std::abs(y))) << what << "[" << i << "]";
  }
}

TEST(Parity, OperatorsGiveWhatOpenVinoGives) {
  const auto torch = torch_engine();
  const auto openvino = openvino_engine();
  for (const OperatorCase& c : operator_cases()) {
    const Graph graph = graph_of(c);
    const auto inputs = inputs_of(c);
    const Tensor expected = openvino->compile(graph, {})->run(inputs).at("y");
    expect_near(torch->trainable(graph, {})->run(inputs).at("y"), expected, 2e-5f, c.op);
  }
}

TEST(Parity, AnExclusiveSumIsFreeOfWhatItLeavesOut) {
  for (const std::int64_t reverse : {0, 1}) {
    std::vector<float> x{1, 1e8f, INFINITY}, sums{0, 1, 1e8f};
    if (reverse != 0) std::ranges::reverse(x), std::ranges::reverse(sums);
    const Graph graph = graph_of(
        {"CumSum", {{3}}, {{"exclusive", std::int64_t{1}}, {"reverse", reverse}}, {Tensor::scalar<std::int64_t>(0)}});
    const std::map<std::string, Tensor> inputs{{"x0", floats(x)}};
    expect_near(openvino_engine()->compile(graph, {})->run(inputs).at("y"), floats(sums), 0, "OpenVINO");
    expect_near(torch_engine()->trainable(graph, {})->run(inputs).at("y"), floats(sums), 0, "torch");
  }
}

// Dropout between other nodes, as in networks: for Dropout alone between input and output, OpenVINO 2026.4 gives zeros.
TEST(Parity, DropoutIsTheIdentityInBothAsItRuns) {
  Builder b("dropout");
  const Value x = b.input("x", Scalar::f32, {{2, {}}, {3, {}}});
  b.output(b.node("Neg", {b.dropout(b.node("Neg", {x}), 0.5f)}), "y");
  const Graph graph = b.build();
  const std::map<std::string, Tensor> inputs{{"x", random_tensor({2, 3}, 7)}};
  expect_near(openvino_engine()->compile(graph, {})->run(inputs).at("y"), inputs.at("x"), 1e-6f, "OpenVINO");
  expect_near(torch_engine()->trainable(graph, {})->run(inputs).at("y"), inputs.at("x"), 1e-6f, "torch");
}

TEST(Parity, UNetsIn2DAnd3D) {
  const auto torch = torch_engine();
  const auto openvino = openvino_engine();
  for (const Shape& image : {Shape{1, 1, 32, 48}, Shape{1, 1, 16, 16, 24}}) {
    const Graph whole = unet_graph(image, {8, 16, 32}, 3);
    const Graph graph = extract(whole, {"logits"});
    const std::map<std::string, Tensor> inputs{{"image", random_tensor(image, 5)}};
    const Tensor expected = openvino->compile(graph, {})->run(inputs).at("logits");
    expect_near(torch->trainable(graph, {})->run(inputs).at("logits"), expected, 2e-4f, to_string(image));
  }
}

}  // namespace
}  // namespace galen
