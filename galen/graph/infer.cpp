#include "galen/graph/infer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "galen/graph/rules.h"
#include "galen/graph/structure.h"

namespace galen {
namespace {

std::string counted(std::size_t least, std::size_t most) {
  if (most == std::numeric_limits<std::size_t>::max()) return fmt::format("at least {}", least);
  return least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
}

void check_arity(const Node& node, const Operator& op) {
  const std::size_t inputs = node.inputs.size(), outputs = node.outputs.size();
  if (inputs < op.least_inputs || inputs > op.most_inputs) {
    throw Error(node.label(), fmt::format("has {} inputs", inputs),
                "expected " + counted(op.least_inputs, op.most_inputs), mend_graph);
  }
  for (std::size_t i = 0; i < op.least_inputs; ++i) {
    if (node.inputs[i].empty())
      throw Error(node.label(), fmt::format("leaves out input {}", i), "it must be given", mend_graph);
  }
  if (outputs < op.least_outputs || outputs > op.most_outputs) {
    throw Error(node.label(), fmt::format("has {} outputs", outputs),
                "expected " + counted(op.least_outputs, op.most_outputs), mend_graph);
  }
}

// Ensures what rules rely on: numbers of axes and extents within limits, and numbers that match the shape.
void settle(const std::string& where, Facts& facts) {
  if (!facts.dims) {
    facts.numbers.reset();
    return;
  }
  if (facts.dims->size() > static_cast<std::size_t>(largest_rank)) {
    throw Error(where, "has too many axes", fmt::format("{}, at most {}", facts.dims->size(), largest_rank),
                mend_graph);
  }
  for (const Dim& dim : *facts.dims) {
    if (dim.extent > largest_extent || dim.extent < -1) {
      throw Error(where, "has a shape that no memory holds", to_string(*facts.dims), mend_graph);
    }
  }
  const Dim count = product(*facts.dims);
  const bool matches = facts.numbers && facts.dims->size() <= 1 && count.fixed() &&
                       static_cast<std::size_t>(count.extent) == facts.numbers->size();
  if (!matches) facts.numbers.reset();
}

}  // namespace

Facts facts_of(const Tensor& tensor) {
  Facts out;
  out.type = tensor.type();
  out.dims.emplace();
  for (const std::int64_t extent : tensor.shape()) out.dims->push_back({extent, {}});
  if (std::cmp_greater(tensor.count(), most_numbers)) return out;
  out.constant = tensor;
  if (is_float(tensor.type()) || tensor.shape().size() > 1) return out;
  const Tensor wide = tensor.as(Scalar::i64);
  out.numbers.emplace(wide.values<std::int64_t>().begin(), wide.values<std::int64_t>().end());
  return out;
}

Facts facts_of(const ValueInfo& info) {
  Facts out;
  out.type = info.type;
  if (info.ranked) out.dims = info.dims;
  return out;
}

ValueInfo info_of(const std::string& name, const Facts& facts) {
  if (!facts.type) throw defect("value '" + name + "'", "has no known type");
  return {name, *facts.type, facts.dims.value_or(Dims{}), facts.dims.has_value()};
}

std::vector<Facts> infer_outputs(const Node& node, std::span<const Facts* const> inputs, std::int64_t opset) {
  const Operator* op = node.domain.empty() ? find_operator(node.op) : nullptr;
  if (op == nullptr) return std::vector<Facts>(node.outputs.size());
  check_arity(node, *op);
  if (node.attributes.contains("broadcast")) {
    throw Error(node.label(), "broadcasts as before opset 7", "attribute 'broadcast'",
                fmt::format("convert the model to opset {}", opset_written));
  }
  if (op->rule == nullptr) return std::vector<Facts>(node.outputs.size());
  Call call(node, inputs, opset);
  op->rule(call);
  std::vector<Facts> out = call.take();
  for (Facts& facts : out) settle(node.label(), facts);
  return out;
}

std::map<std::string, Facts> infer_all(const Graph& graph) {
  check_structure(graph);
  std::map<std::string, Facts> out;
  for (const auto& [name, tensor] : graph.initializers) out[name] = facts_of(tensor);
  for (const ValueInfo& input : graph.inputs) {
    settle("input '" + input.name + "'", out[input.name] = facts_of(input));
  }
  for (const Node& node : graph.nodes) {
    std::vector<const Facts*> inputs;
    inputs.reserve(node.inputs.size());
    for (const std::string& name : node.inputs) inputs.push_back(name.empty() ? nullptr : &out.at(name));
    std::vector<Facts> outputs = infer_outputs(node, inputs, graph.opset);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!node.outputs[i].empty()) out[node.outputs[i]] = std::move(outputs[i]);
    }
  }
  return out;
}

}  // namespace galen
