// Parameters, arithmetic and memory of a graph, from its shapes alone.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "galen/graph/graph.h"

namespace galen {
namespace {

using Values = std::map<std::string, ValueInfo>;

Shape shape_of(const Values& values, const std::string& name, const Node& node) {
  const auto found = values.find(name);
  if (found == values.end() || !found->second.ranked || !std::ranges::all_of(found->second.dims, &Dim::fixed)) {
    throw Error(node.label(), "has value '" + name + "' whose shape is not known", "",
                "fix the shapes of the network's inputs");
  }
  return shape_of(found->second);
}

double count(const Shape& shape, std::size_t first = 0) {
  double out = 1;
  for (std::size_t i = first; i < shape.size(); ++i) out *= static_cast<double>(shape[i]);
  return out;
}

// More than any memory holds, yet few enough for their bytes to be counted.
constexpr double most_elements = 0x1p60;

double elements(const Shape& shape) {
  return std::ranges::count(shape, 0) > 0 ? 0 : std::min(count(shape), most_elements);
}

struct NodeShapes {
  const Node& node;
  const Values& values;
  Shape in(std::size_t i) const { return shape_of(values, node.inputs[i], node); }
  Shape out() const { return shape_of(values, node.outputs[0], node); }
};

double flops_of_conv(const NodeShapes& shapes) {  // per output: channels of its group times the kernel size
  return 2 * count(shapes.out()) * count(shapes.in(1), 1);
}

double flops_of_conv_transpose(const NodeShapes& shapes) {  // the same per input
  return 2 * count(shapes.in(0)) * count(shapes.in(1), 1);
}

double flops_of_gemm(const NodeShapes& shapes) {
  const Shape a = shapes.in(0);
  return 2 * count(shapes.out()) *
         static_cast<double>(shapes.node.attribute<std::int64_t>("transA", 0) != 0 ? a[0] : a[1]);
}

double flops_of_matmul(const NodeShapes& shapes) {
  return 2 * count(shapes.out()) * static_cast<double>(shapes.in(0).back());
}

double flops_of_qlinear_conv(const NodeShapes& shapes) {
  return 2 * count(shapes.out()) * count(shapes.in(3), 1);
}

double flops_of_pool(const NodeShapes& shapes) {
  return count(shapes.out()) * count(shapes.node.attribute<Shape>("kernel_shape", {}));
}

double flops_of_reduction(const NodeShapes& shapes) {
  return count(shapes.in(0));
}

double flops_of_einsum(const NodeShapes& shapes) {  // for every combination of indices, a product and a sum
  std::string letters = shapes.node.attribute<std::string>("equation", {});
  std::erase(letters, ' ');
  const auto arrow = letters.find("->");
  const std::size_t inputs = shapes.node.inputs.size();
  if (arrow == std::string::npos || letters.find("...") != std::string::npos) return count(shapes.out());
  std::map<char, std::int64_t> extents;
  std::size_t input = 0, axis = 0;
  for (const char letter : letters.substr(0, arrow)) {
    if (letter == ',') {
      ++input, axis = 0;
      continue;
    }
    const Shape x = input < inputs ? shapes.in(input) : Shape{};
    if (axis >= x.size()) return count(shapes.out());  // the checker could not interpret this equation either
    extents[letter] = std::max(extents[letter], x[axis++]);
  }
  double out = inputs == 1 ? 1 : 2;
  for (const auto& [letter, extent] : extents) out *= static_cast<double>(extent);
  return out;
}

double flops_of_norm(const NodeShapes& shapes) {  // mean, variance, then scale and shift
  return 5 * count(shapes.in(0));
}

double flops_of_softmax(const NodeShapes& shapes) {  // exponential, sum, division
  return 3 * count(shapes.in(0));
}

double no_flops(const NodeShapes&) {
  return 0;
}

double flops_of_elementwise(const NodeShapes& shapes) {
  return count(shapes.out());
}

// Operators not listed are elementwise: one operation per element of the output.
const std::map<std::string_view, double (*)(const NodeShapes&)>& table() {
  static const std::map<std::string_view, double (*)(const NodeShapes&)> out = {
      {"Conv", flops_of_conv},
      {"ConvInteger", flops_of_conv},
      {"QLinearConv", flops_of_qlinear_conv},
      {"ConvTranspose", flops_of_conv_transpose},
      {"Gemm", flops_of_gemm},
      {"MatMul", flops_of_matmul},
      {"MatMulInteger", flops_of_matmul},
      {"QLinearMatMul", flops_of_matmul},
      {"Einsum", flops_of_einsum},
      {"AveragePool", flops_of_pool},
      {"LpPool", flops_of_pool},
      {"MaxPool", flops_of_pool},
      {"GlobalAveragePool", flops_of_reduction},
      {"GlobalLpPool", flops_of_reduction},
      {"GlobalMaxPool", flops_of_reduction},
      {"ArgMax", flops_of_reduction},
      {"ArgMin", flops_of_reduction},
      {"ReduceL1", flops_of_reduction},
      {"ReduceL2", flops_of_reduction},
      {"ReduceLogSum", flops_of_reduction},
      {"ReduceLogSumExp", flops_of_reduction},
      {"ReduceMax", flops_of_reduction},
      {"ReduceMean", flops_of_reduction},
      {"ReduceMin", flops_of_reduction},
      {"ReduceProd", flops_of_reduction},
      {"ReduceSum", flops_of_reduction},
      {"ReduceSumSquare", flops_of_reduction},
      {"BatchNormalization", flops_of_norm},
      {"GroupNormalization", flops_of_norm},
      {"InstanceNormalization", flops_of_norm},
      {"LayerNormalization", flops_of_norm},
      {"LogSoftmax", flops_of_softmax},
      {"Softmax", flops_of_softmax},
      {"Cast", no_flops},
      {"Concat", no_flops},
      {"ConstantOfShape", no_flops},
      {"Dropout", no_flops},
      {"Expand", no_flops},
      {"Flatten", no_flops},
      {"Gather", no_flops},
      {"Identity", no_flops},
      {"OneHot", no_flops},
      {"Pad", no_flops},
      {"Range", no_flops},
      {"Reshape", no_flops},
      {"Shape", no_flops},
      {"Slice", no_flops},
      {"Split", no_flops},
      {"Squeeze", no_flops},
      {"Tile", no_flops},
      {"Transpose", no_flops},
      {"Unsqueeze", no_flops},
  };
  return out;
}

double flops_of(const Node& node, const Values& values) {
  const auto found = node.domain.empty() ? table().find(node.op) : table().end();
  return (found == table().end() ? flops_of_elementwise : found->second)({node, values});
}

// A value lives from the node that makes it to the last that reads it; an output of the graph lives to the end. Weights
// are not activations, nor are dequantised ones.
std::int64_t peak_elements(const Graph& graph, const Values& values) {
  constexpr std::size_t forever = std::numeric_limits<std::size_t>::max();
  std::map<std::string, std::size_t> last_use;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& name : graph.nodes[i].inputs) last_use[name] = i;
  }
  for (const ValueInfo& output : graph.outputs) last_use[output.name] = forever;

  std::set<std::string> weights;
  for (const auto& [name, tensor] : graph.initializers) weights.insert(name);
  double live = 0;
  for (const ValueInfo& input : graph.inputs) live += elements(shape_of(values, input.name, {}));
  double peak = live;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (node.op == "DequantizeLinear" && weights.contains(node.inputs[0])) {  // engines multiply the integers directly
      weights.insert(node.outputs[0]);
      continue;
    }
    std::set<std::string> done;
    for (const std::string& name : node.outputs) {
      if (name.empty()) continue;
      live += elements(shape_of(values, name, node));
      if (!last_use.contains(name)) done.insert(name);
    }
    peak = std::max(peak, live);
    for (const std::string& name : node.inputs) {
      if (!name.empty() && !weights.contains(name) && last_use.at(name) == i) done.insert(name);
    }
    for (const std::string& name : done) live -= elements(shape_of(values, name, node));
  }
  return static_cast<std::int64_t>(std::min(peak, most_elements));
}

}  // namespace

Cost cost_of(const Graph& graph) {
  const Values values = check(graph);
  Cost out;
  out.parameters = graph.parameter_count();
  for (const Node& node : graph.nodes) out.flops += flops_of(node, values);
  out.peak_activation_elements = peak_elements(graph, values);
  return out;
}

}  // namespace galen
