#include "galen/engine/openvino/specialise.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "galen/base/hash.h"

namespace galen::openvino {
namespace {

using Values = std::map<std::string, ValueInfo>;

std::optional<Shape> fixed_shape(const Values& values, const std::string& name) {
  const auto found = values.find(name);
  if (found == values.end() || !found->second.ranked) return std::nullopt;
  if (!std::ranges::all_of(found->second.dims, &Dim::fixed)) return std::nullopt;
  return shape_of(found->second);
}

// The extents that bound a node's indices, applied to consecutive indices in turn, cyclically; empty if the shapes do
// not fit.
Shape counted_extents(const Node& node, const Shape& data, const Shape& indices) {
  const auto rank = std::ssize(data);
  if (node.op == "GatherND") {
    const std::int64_t batch = node.attribute<std::int64_t>("batch_dims", 0);
    const std::int64_t taken = indices.empty() ? 0 : indices.back();
    if (batch < 0 || taken < 1 || batch > rank - taken) return {};
    return {data.begin() + batch, data.begin() + batch + taken};
  }
  const std::int64_t given = node.attribute<std::int64_t>("axis", 0), axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis >= rank || indices.size() != data.size()) return {};
  for (std::size_t d = 0; d < data.size(); ++d) {
    if (std::cmp_not_equal(d, axis) && indices[d] > data[d]) return {};
  }
  return {data[static_cast<std::size_t>(axis)]};
}

bool within(const Tensor& indices, const Shape& extents) {
  const Tensor wide = indices.as(Scalar::i64);
  std::size_t at = 0;
  return std::ranges::all_of(wide.values<std::int64_t>(), [&](std::int64_t index) {
    const std::int64_t extent = extents[at++ % extents.size()];
    return index >= -extent && index < extent;
  });
}

bool takes_unchecked_indices(const Node& node) {
  return node.domain.empty() && (node.op == "GatherND" || node.op == "ScatterElements" || node.op == "Scatter");
}

// OpenVINO 2026.4.1 reads and writes out of bounds if an index, or the shape of the indices, is out of range.
void refuse_unchecked_indices(const Graph& graph, const Values& values) {
  for (const Node& node : graph.nodes) {
    if (!takes_unchecked_indices(node)) continue;
    const auto data = fixed_shape(values, node.inputs.empty() ? "" : node.inputs[0]);
    const auto indices = graph.initializers.find(node.inputs.size() < 2 ? "" : node.inputs[1]);
    if (data && indices != graph.initializers.end()) {
      const Shape extents = counted_extents(node, *data, indices->second.shape());
      if (!extents.empty() && within(indices->second, extents)) continue;
    }
    throw Error(node.label(), "takes indices that OpenVINO does not check", "they are no constants within its data",
                "export the model with Gather or ScatterND");
  }
}

// OpenVINO visits nodes recursively: a chain of 20,000 ran, one of 100,000 overflowed the stack.
void refuse_long_chains(const Graph& graph) {
  constexpr std::size_t most = 10'000;
  std::map<std::string_view, std::size_t> in_a_row;  // longest chain of nodes up to a value
  for (const Node& node : graph.nodes) {
    std::size_t before = 0;
    for (const std::string& name : node.inputs) {
      if (const auto found = in_a_row.find(name); found != in_a_row.end()) before = std::max(before, found->second);
    }
    if (before >= most) {
      throw Error(node.label(), "stands behind too many nodes", fmt::format("at most {} in a row", most),
                  "export the model with fewer, larger operators");
    }
    for (const std::string& name : node.outputs) {
      if (!name.empty()) in_a_row[name] = before + 1;
    }
  }
}

// Refuses what would crash inside OpenVINO instead of throwing an exception.
void refuse_what_crashes(const Graph& graph, const Values& values) {
  refuse_unchecked_indices(graph, values);
  refuse_long_chains(graph);
}

void add_taps(Graph& graph, const std::vector<std::string>& taps, const Values& values) {
  for (const std::string& tap : taps) {
    const auto is_tap = [&](const ValueInfo& value) { return value.name == tap; };
    if (std::ranges::any_of(graph.outputs, is_tap)) continue;
    const bool computed = std::ranges::any_of(
        graph.nodes, [&](const Node& node) { return std::ranges::find(node.outputs, tap) != node.outputs.end(); });
    if (!computed || tap.empty()) {
      throw usage_error(label_of(graph), fmt::format("computes no value named '{}'", tap),
                        "tap the output of a node by its name");
    }
    const auto value = values.find(tap);
    if (value == values.end()) {
      throw Error(label_of(graph), fmt::format("has a value '{}' of unknown type", tap), {}, "tap another value");
    }
    graph.outputs.push_back(value->second);
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
  const Values values = with_context(label_of(graph), [&] {
    Values told = check(special);
    refuse_what_crashes(special, told);
    return told;
  });
  add_taps(special, options.taps, values);
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
