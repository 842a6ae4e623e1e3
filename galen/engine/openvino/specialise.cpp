#include "galen/engine/openvino/specialise.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/base/hash.h"

namespace galen::openvino {
namespace {

Shape shape_of(const ValueInfo& value) {
  Shape shape;
  for (const Dim& dim : value.dims) shape.push_back(dim.extent);
  return shape;
}

void add_taps(Graph& graph, const std::vector<std::string>& taps) {
  if (taps.empty()) return;
  const auto values = check(graph);
  for (const std::string& tap : taps) {
    const auto is_tap = [&](const ValueInfo& value) { return value.name == tap; };
    if (std::ranges::any_of(graph.outputs, is_tap)) continue;
    const bool computed = std::ranges::any_of(
        graph.nodes, [&](const Node& node) { return std::ranges::find(node.outputs, tap) != node.outputs.end(); });
    if (!computed || tap.empty()) {
      throw usage_error(label_of(graph), fmt::format("computes no value named '{}'", tap),
                        "tap the output of a node by its name");
    }
    graph.outputs.push_back(values.at(tap));
  }
}

}  // namespace

std::string label_of(const Graph& graph) {
  return fmt::format("network '{}'", graph.name);
}

Graph specialise(const Graph& graph, const CompileOptions& options) {
  Graph special = graph;
  for (const auto& [name, shape] : options.shapes) fix_input(special, name, shape);
  for (const ValueInfo& input : special.inputs) {
    if (input.ranked && std::ranges::all_of(input.dims, &Dim::fixed)) continue;
    throw Error(label_of(graph), fmt::format("the shape of input '{}' is not fixed", input.name),
                to_string(shape_of(input)), "give the shape when compiling");
  }
  add_taps(special, options.taps);
  return special;
}

std::string digest(const Graph& graph) {
  std::string text;
  Graph skeleton = graph;
  skeleton.initializers.clear();
  const Bytes structure = write_onnx(skeleton);
  text += sha256(structure);
  for (const auto& [name, tensor] : graph.initializers) {
    text += fmt::format("|{}:{}{}={}", name, name_of(tensor.type()), to_string(tensor.shape()), sha256(tensor.bytes()));
  }
  return sha256(as_bytes(text));
}

bool is_quantised(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const Node& node) {
    return node.op == "DequantizeLinear" || node.op == "QLinearConv" || node.op == "QLinearMatMul" ||
           node.op == "MatMulInteger" || node.op == "ConvInteger";
  });
}

}  // namespace galen::openvino
