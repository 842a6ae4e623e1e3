// Compares the gradients of every differentiable operator with central differences, in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "galen/train/torch/operator_cases_test.h"
#include "galen/train/torch/torch_engine.h"

namespace galen {
namespace {

using Inputs = std::map<std::string, Tensor>;

double weighted_sum(Trainable& network, const Inputs& inputs, const Tensor& weight) {
  const Tensor y = network.run(inputs).at("y");
  double sum = 0;
  for (std::size_t i = 0; i < y.values<double>().size(); ++i) sum += y.values<double>()[i] * weight.values<float>()[i];
  return sum;
}

void expect_gradients(Trainable& network, Inputs inputs, const std::string& what) {
  for (auto& [name, tensor] : inputs) tensor = tensor.as(Scalar::f64);
  const Tensor weight = random_tensor(network.run(inputs).at("y").shape(), 99);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : inputs) names.push_back(name);
  const auto gradients = network.gradients(inputs, "y", weight, names);
  constexpr double step = 1e-5;
  for (auto& [name, tensor] : inputs) {
    for (std::size_t i = 0; i < tensor.values<double>().size(); ++i) {
      double& x = tensor.values<double>()[i];
      const double middle = x;
      x = middle + step;
      const double up = weighted_sum(network, inputs, weight);
      x = middle - step;
      const double down = weighted_sum(network, inputs, weight);
      x = middle;
      const double analytic = gradients.at(name).values<double>()[i], numeric = (up - down) / (2 * step);
      EXPECT_NEAR(analytic, numeric, 1e-6 * std::max(1.0, std::abs(numeric))) << what << " " << name << "[" << i << "]";
    }
  }
}

TEST(Gradients, AreThoseOfCentralDifferences) {
  const auto engine = torch_engine();
  for (const OperatorCase& c : operator_cases()) {
    const auto network = engine->trainable(graph_of(c), {.train = false, .f64 = true});
    expect_gradients(*network, inputs_of(c), c.op);
  }
}

TEST(Gradients, OfBatchNormalizationByBatchToo) {
  OperatorCase c{"BatchNormalization",
                 {{3, 2, 4}, {2}, {2}},
                 {{"training_mode", std::int64_t{1}}},
                 {floats({0.1f, 0.2f}), floats({0.9f, 1.1f})}};
  c.outputs = 3;
  const auto network = torch_engine()->trainable(graph_of(c), {.train = false, .f64 = true});
  expect_gradients(*network, inputs_of(c), c.op);
}

TEST(Gradients, OfAVectorOfZerosLengthAreZero) {
  const OperatorCase c{"ReduceL2", {{2, 3}}, {}, {integers({1})}};
  const auto network = torch_engine()->trainable(graph_of(c), {.train = false});
  Tensor x(Scalar::f32, {2, 3});
  std::ranges::copy(std::vector<float>{0, 0, 0, 3, 0, 4}, x.values<float>().begin());
  EXPECT_EQ(network->run({{"x0", x}}).at("y").values<float>()[1], 5);
  const Tensor gradient = network->gradients({{"x0", x}}, "y", {}, {"x0"}).at("x0");
  const std::vector<float> expected{0, 0, 0, 0.6f, 0, 0.8f};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_FLOAT_EQ(gradient.values<float>()[i], expected[i]) << i;
  }
}

/// A graph with an operator that is newer than opset_written.
Graph graph_of_newer(const std::string& op, const std::string& key, const Attribute& value) {
  Graph graph = graph_of({"Relu", {{2, 3}}});
  graph.nodes[0].op = op;
  graph.nodes[0].attributes[key] = value;
  return graph;
}

TEST(Gradients, OfGeluSinceOpset20) {
  for (const char* approximation : {"none", "tanh"}) {
    const Graph graph = graph_of_newer("Gelu", "approximate", std::string(approximation));
    const auto network = torch_engine()->trainable(graph, {.train = false, .f64 = true});
    expect_gradients(*network, {{"x0", random_tensor({2, 3}, 1)}}, "Gelu");
  }
}

TEST(Gradients, OfSwishSinceOpset24) {
  for (const float alpha : {1.0f, 1.5f}) {
    const auto network =
        torch_engine()->trainable(graph_of_newer("Swish", "alpha", alpha), {.train = false, .f64 = true});
    const std::map<std::string, Tensor> inputs{{"x0", random_tensor({2, 3}, 1)}};
    expect_gradients(*network, inputs, "Swish");
    const double x = inputs.at("x0").values<float>()[4];
    EXPECT_NEAR(network->run({{"x0", inputs.at("x0").as(Scalar::f64)}}).at("y").values<double>()[4],
                x / (1 + std::exp(-alpha * x)), 1e-12);
  }
}

/// The weight gradient of one convolution, in f32.
Tensor weight_gradient_of(const OperatorCase& c, bool channels_last) {
  const auto network = torch_engine()->trainable(graph_of(c), {.train = false, .channels_last = channels_last});
  const auto inputs = inputs_of(c);
  const Tensor weight = random_tensor(network->run(inputs).at("y").shape(), 99);
  return network->gradients(inputs, "y", weight, {"x1"}).at("x1");
}

// On AVX2, our own kernel is used with channels last, and oneDNN's without.
TEST(Gradients, OfConvolutionWeightsDoNotDependOnTheLayout) {
  using S = Shape;
  const std::vector<OperatorCase> cases = {
      {"Conv", {{2, 3, 5, 6, 7}, {8, 3, 3, 3, 3}, {8}}, {{"pads", S{1, 1, 1, 1, 1, 1}}}},
      {"Conv", {{1, 1, 6, 9, 8}, {40, 1, 3, 3, 3}}, {{"pads", S{1, 1, 1, 1, 1, 1}}, {"strides", S{2, 2, 2}}}},
      {"Conv", {{2, 5, 4, 9, 8}, {16, 5, 1, 3, 3}}, {{"pads", S{0, 1, 1, 0, 1, 1}}, {"strides", S{1, 2, 1}}}},
      {"Conv", {{3, 4, 12, 11}, {24, 4, 5, 5}, {24}}, {{"pads", S{2, 2, 2, 2}}}},
      {"Conv", {{1, 2, 9, 40}, {8, 2, 2, 4}}, {}},
  };
  for (const OperatorCase& c : cases) {
    const Tensor own = weight_gradient_of(c, true), other = weight_gradient_of(c, false);
    ASSERT_EQ(own.shape(), other.shape());
    for (std::size_t i = 0; i < own.values<float>().size(); ++i) {
      ASSERT_NEAR(own.values<float>()[i], other.values<float>()[i], 1e-4) << to_string(c.inputs[1]) << "[" << i << "]";
    }
  }
}

}  // namespace
}  // namespace galen
