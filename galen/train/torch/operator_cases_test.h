#pragma once
// Small cases for each operator, for tests that compare gradients with finite differences and results with OpenVINO.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "galen/train/torch/small_networks_test.h"

namespace galen {

inline Tensor integers(const std::vector<std::int64_t>& values) {
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}
inline Tensor floats(const std::vector<float>& values) {
  return Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values);
}

/// A node with float inputs, which are differentiated, followed by constants (an empty tensor: omitted).
struct OperatorCase {
  std::string op;
  std::vector<Shape> inputs;
  std::map<std::string, Attribute> attributes = {};
  std::vector<Tensor> constants = {};
  double low = -1, high = 1;  ///< range of the inputs
  std::size_t outputs = 1;
  std::vector<std::size_t> order = {};  ///< of inputs and constants in the node; empty: as listed
};

inline Graph graph_of(const OperatorCase& c) {
  Builder b(c.op);
  std::vector<Value> values;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    std::vector<Dim> dims;
    for (const std::int64_t extent : c.inputs[i]) dims.push_back({extent, ""});
    values.push_back(b.input(fmt::format("x{}", i), Scalar::f32, dims));
  }
  for (const Tensor& tensor : c.constants) values.push_back(tensor.empty() ? Value{} : b.constant(tensor));
  std::vector<Value> ordered = values;
  for (std::size_t i = 0; i < c.order.size(); ++i) ordered[i] = values[c.order[i]];
  const std::vector<Value> results = b.nodes(c.op, ordered, c.outputs, c.attributes);
  b.output(results[0], "y");
  return b.build();
}

inline std::map<std::string, Tensor> inputs_of(const OperatorCase& c) {
  std::map<std::string, Tensor> inputs;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    inputs[fmt::format("x{}", i)] = random_tensor(c.inputs[i], i + 1, c.low, c.high);
  }
  return inputs;
}

/// The cases of all operators that have a derivative.
std::vector<OperatorCase> operator_cases();

}  // namespace galen
