#include "galen/train/torch/parameters.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace galen::torch_room {
namespace {

using Producers = std::map<std::string, const Node*>;

/// Indices of the inputs that hold weights, by operator.
const std::map<std::string_view, std::vector<std::size_t>> weight_slots = {
    {"Conv", {1, 2}},
    {"ConvTranspose", {1, 2}},
    {"Gemm", {0, 1, 2}},
    {"MatMul", {0, 1}},
    {"BatchNormalization", {1, 2}},
    {"InstanceNormalization", {1, 2}},
    {"LayerNormalization", {1, 2}},
    {"GroupNormalization", {1, 2}},
    {"PRelu", {1}},
};

Producers producers_of(const Graph& graph) {
  Producers producers;
  for (const Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) producers[output] = &node;
  }
  return producers;
}

/// The value that this one is derived from by operators that only cast or reshape.
std::string origin(const std::string& value, const Producers& producers) {
  static const std::set<std::string_view> transparent = {"Cast",    "Identity",  "Transpose", "Reshape",
                                                         "Squeeze", "Unsqueeze", "Flatten"};
  std::string name = value;
  for (auto found = producers.find(name); found != producers.end(); found = producers.find(name)) {
    if (transparent.count(found->second->op) == 0) break;
    name = found->second->inputs.at(0);
  }
  return name;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// The inputs of a node that are used as weights.
std::vector<std::string> weights_of(const Node& node, const Graph& graph, const Producers& producers) {
  std::vector<std::string> weights;
  const auto slots = weight_slots.find(node.op);
  if (slots != weight_slots.end()) {
    for (const std::size_t slot : slots->second) {
      if (slot < node.inputs.size()) weights.push_back(node.inputs[slot]);
    }
  } else if (node.op == "Gather") {
    const auto table = graph.initializers.find(node.inputs.at(0));
    if (table != graph.initializers.end() && table->second.shape().size() >= 2) weights.push_back(table->first);
  } else if (node.op == "Add") {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto product = producers.find(node.inputs.at(1 - i));
      if (product != producers.end() && product->second->op == "MatMul") weights.push_back(node.inputs[i]);
    }
  }
  return weights;
}

}  // namespace

std::set<std::string> parameters_of(const Graph& graph) {
  const Producers producers = producers_of(graph);
  const std::set<std::string> statistics = statistics_of(graph);
  std::set<std::string> parameters;
  const auto take = [&](const std::string& name) {
    if (graph.is_parameter(name) && statistics.count(name) == 0) parameters.insert(name);
  };
  for (const auto& [name, tensor] : graph.initializers) {
    if (ends_with(name, ".weight") || ends_with(name, ".bias")) take(name);
  }
  for (const Node& node : graph.nodes) {
    for (const std::string& weight : weights_of(node, graph, producers)) take(origin(weight, producers));
  }
  return parameters;
}

std::set<std::string> statistics_of(const Graph& graph) {
  const Producers producers = producers_of(graph);
  std::set<std::string> statistics;
  for (const Node& node : graph.nodes) {
    if (node.op != "BatchNormalization") continue;
    for (const std::size_t slot : {3, 4}) {
      if (slot >= node.inputs.size()) continue;
      const std::string statistic = origin(node.inputs[slot], producers);
      if (graph.initializers.count(statistic) > 0) statistics.insert(statistic);
    }
  }
  return statistics;
}

Graph with_wide_parameters(Graph graph) {
  constexpr std::int64_t onnx_float = 1;
  const auto is_widening = [&](const Node& node) {
    return node.op == "Cast" && node.attribute<std::int64_t>("to", 0) == onnx_float;
  };
  std::set<std::string> moving = parameters_of(graph);
  moving.merge(statistics_of(graph));
  for (const std::string& name : moving) {
    Tensor& tensor = graph.initializers.at(name);
    if (tensor.type() != Scalar::f16 && tensor.type() != Scalar::bf16) continue;
    const auto uses = [&](const Node& node) {
      return std::find(node.inputs.begin(), node.inputs.end(), name) != node.inputs.end();
    };
    if (std::any_of(graph.nodes.begin(), graph.nodes.end(),
                    [&](const Node& node) { return uses(node) && !is_widening(node); })) {
      continue;
    }
    tensor = tensor.as(Scalar::f32);
    for (Node& node : graph.nodes) {
      if (uses(node)) node.op = "Identity", node.attributes.clear();
    }
  }
  return graph;
}

}  // namespace galen::torch_room
