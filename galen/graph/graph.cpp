#include "galen/graph/graph.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/graph/structure.h"

namespace galen {

Shape shape_of(const ValueInfo& value) {
  Shape shape;
  for (const Dim& dim : value.dims) shape.push_back(dim.extent);
  return shape;
}

const ValueInfo& Graph::input(std::string_view wanted) const {
  const auto found = std::ranges::find(inputs, wanted, &ValueInfo::name);
  if (found == inputs.end()) {
    std::string names;
    for (const ValueInfo& input : inputs) names += (names.empty() ? "" : ", ") + input.name;
    throw Error(fmt::format("input '{}'", wanted), "is none of this network", "its inputs: " + names);
  }
  return *found;
}

bool Graph::is_parameter(const std::string& initializer) const {
  const auto found = initializers.find(initializer);
  return found != initializers.end() && is_float(found->second.type()) && !constants.contains(initializer);
}

std::int64_t Graph::parameter_count() const {
  std::int64_t count = 0;
  for (const auto& [initializer, tensor] : initializers) count += is_parameter(initializer) ? tensor.count() : 0;
  return count;
}

Graph extract(const Graph& graph, const std::vector<std::string>& outputs, const std::vector<std::string>& inputs) {
  const auto values = check(graph);
  const auto info = [&](const std::string& name) {
    const auto declared = std::ranges::find(graph.outputs, name, &ValueInfo::name);
    if (declared != graph.outputs.end()) return *declared;
    if (const auto inferred = values.find(name); inferred != values.end()) return inferred->second;
    throw Error("value '" + name + "'", "is not in the graph, or of unknown type");
  };
  Graph out = graph;
  out.outputs.clear();
  for (const std::string& name : outputs) out.outputs.push_back(info(name));
  std::set<std::string> wanted(outputs.begin(), outputs.end()), given(inputs.begin(), inputs.end());
  out.nodes.clear();
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const auto computes = [&](const std::string& name) { return wanted.contains(name) && !given.contains(name); };
    if (std::ranges::none_of(node->outputs, computes)) continue;
    wanted.insert(node->inputs.begin(), node->inputs.end());
    out.nodes.push_back(*node);
  }
  std::ranges::reverse(out.nodes);
  const auto unwanted = [&](const std::string& name) { return !wanted.contains(name); };
  std::erase_if(out.inputs, [&](const ValueInfo& input) { return unwanted(input.name) || given.contains(input.name); });
  for (const std::string& name : inputs) out.inputs.push_back(info(name));
  std::erase_if(out.initializers, [&](const auto& item) { return unwanted(item.first); });
  std::erase_if(out.constants, unwanted);
  return out;
}

void fix_input(Graph& graph, std::string_view name, const Shape& shape) {
  static_cast<void>(graph.input(name));
  auto& input = *std::ranges::find(graph.inputs, name, &ValueInfo::name);
  const auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("input '{}'", name), "cannot have shape " + to_string(shape), why);
  };
  if (input.ranked && input.dims.size() != shape.size()) refuse(fmt::format("it has {} axes", input.dims.size()));
  std::map<std::string, std::int64_t> fixed;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0) refuse("an extent is negative");
    if (!input.ranked) continue;
    const Dim& dim = input.dims[i];
    if (dim.fixed() && dim.extent != shape[i]) refuse(fmt::format("axis {} has extent {}", i, dim.extent));
    if (dim.fixed() || dim.name.empty()) continue;
    const auto [at, fresh] = fixed.emplace(dim.name, shape[i]);
    if (!fresh && at->second != shape[i]) refuse("axes named '" + dim.name + "' would differ");
  }
  input.ranked = true;
  input.dims.clear();
  for (const std::int64_t extent : shape) input.dims.push_back({extent, {}});
  // A named extent has the same value wherever it occurs.
  const auto fix = [&](std::vector<ValueInfo>& values) {
    for (ValueInfo& value : values) {
      for (Dim& dim : value.dims) {
        const auto found = fixed.find(dim.name);
        if (!dim.fixed() && found != fixed.end()) dim = {found->second, {}};
      }
    }
  };
  fix(graph.inputs);
  fix(graph.outputs);
}

}  // namespace galen
