#include <fmt/format.h>

#include <algorithm>

#include "galen/graph/graph.h"
#include "galen/graph/infer.h"
#include "galen/graph/rules.h"
#include "galen/graph/structure.h"

namespace galen {
namespace {

// What is declared of an output must agree with what is inferred for it; what only one of them knows is kept.
void merge_declared(const ValueInfo& declared, Facts& facts) {
  const auto refuse = [&](const std::string& why) {
    throw Error("output '" + declared.name + "'", "is not what the graph declares", why, mend_graph);
  };
  if (facts.type && *facts.type != declared.type) {
    refuse(fmt::format("{}, declared {}", name_of(*facts.type), name_of(declared.type)));
  }
  facts.type = declared.type;
  if (!declared.ranked) return;
  if (!facts.dims) {
    facts.dims = declared.dims;
    return;
  }
  const std::string shapes = fmt::format("{}, declared {}", to_string(*facts.dims), to_string(declared.dims));
  if (facts.dims->size() != declared.dims.size()) refuse(shapes);
  for (std::size_t i = 0; i < declared.dims.size(); ++i) {
    Dim& dim = (*facts.dims)[i];
    const Dim& other = declared.dims[i];
    if (dim.fixed() && other.fixed() && dim.extent != other.extent) refuse(shapes);
    if (!dim.fixed() && (other.fixed() || dim.name.empty())) dim = other;
  }
}

}  // namespace

std::map<std::string, ValueInfo> check(const Graph& graph) {
  std::map<std::string, Facts> facts = infer_all(graph);
  for (const ValueInfo& output : graph.outputs) merge_declared(output, facts.at(output.name));
  std::map<std::string, ValueInfo> out;
  for (const auto& [name, known_facts] : facts) {
    if (known_facts.type) out.emplace(name, info_of(name, known_facts));
  }
  return out;
}

}  // namespace galen
