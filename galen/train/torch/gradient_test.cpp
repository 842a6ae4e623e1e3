// Gradients of every differentiable operator against central differences, in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "galen/train/torch/test_operators.h"
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

TEST(Gradients, OfGeluSinceOpset20) {
  for (const char* approximation : {"none", "tanh"}) {
    Graph graph = graph_of({"Relu", {{2, 3}}});
    graph.nodes[0].op = "Gelu";
    graph.nodes[0].attributes["approximate"] = std::string(approximation);
    const auto network = torch_engine()->trainable(graph, {.train = false, .f64 = true});
    expect_gradients(*network, {{"x0", random_tensor({2, 3}, 1)}}, "Gelu");
  }
}

}  // namespace
}  // namespace galen
