#include "galen/train/start_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace galen {
namespace {

const Tensor* find_weight(const Graph& graph, const std::string& name) {
  const auto direct = graph.initializers.find(name);
  if (direct != graph.initializers.end()) return &direct->second;
  for (const Node& node : graph.nodes) {
    if (node.op != "Cast" || node.outputs.empty() || node.outputs[0] != name || node.inputs.empty()) continue;
    const auto stored = graph.initializers.find(node.inputs[0]);
    if (stored != graph.initializers.end()) return &stored->second;
  }
  return nullptr;
}

}  // namespace

StartReport copy_weights(Graph& target, const Graph& source) {
  StartReport report;
  for (auto& [name, tensor] : target.initializers) {
    if (!target.is_parameter(name)) continue;
    const Tensor* weight = find_weight(source, name);
    if (weight == nullptr || weight->shape() != tensor.shape() || !is_float(weight->type())) {
      report.left.push_back(name);
      continue;
    }
    tensor = weight->as(tensor.type()).clone();
    ++report.copied;
    report.matrices += tensor.shape().size() > 1 ? 1 : 0;
  }
  return report;
}

std::string to_string(const StartReport& report) {
  constexpr std::size_t shown = 8;
  std::string text = fmt::format("{} of {} weights are from the start", report.copied,
                                 static_cast<std::size_t>(report.copied) + report.left.size());
  if (report.left.empty()) return text;
  const auto end = report.left.begin() + static_cast<std::ptrdiff_t>(std::min(shown, report.left.size()));
  text += fmt::format("; as initialised: {}", fmt::join(report.left.begin(), end, ", "));
  if (report.left.size() > shown) text += fmt::format(" and {} more", report.left.size() - shown);
  return text;
}

}  // namespace galen
