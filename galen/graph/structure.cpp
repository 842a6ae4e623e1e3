#include "galen/graph/structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <queue>

namespace galen {
namespace {

/// The node that makes each value. Errors: two nodes make the same value.
std::map<std::string, std::size_t> producers(const Graph& graph) {
  std::map<std::string, std::size_t> out;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& name : graph.nodes[i].outputs) {
      if (name.empty()) continue;
      const auto [at, fresh] = out.emplace(name, i);
      if (!fresh) {
        throw Error(graph.nodes[i].label(), "makes value '" + name + "', which already exists",
                    "also made by " + graph.nodes[at->second].label(), mend_graph);
      }
    }
  }
  return out;
}

}  // namespace

std::string Node::label() const {
  const std::string& given = name.empty() && !outputs.empty() ? outputs.front() : name;
  const std::string full = domain.empty() ? op : domain + "::" + op;
  return given.empty() ? full : fmt::format("{} '{}'", full, given);
}

std::set<std::string> used_values(const Graph& graph) {
  std::set<std::string> out;
  for (const Node& node : graph.nodes) out.insert(node.inputs.begin(), node.inputs.end());
  for (const ValueInfo& output : graph.outputs) out.insert(output.name);
  out.erase("");
  return out;
}

bool in_order(const Graph& graph) {
  const auto made_by = producers(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& name : graph.nodes[i].inputs) {
      const auto found = made_by.find(name);
      if (found != made_by.end() && found->second >= i) return false;
    }
  }
  return true;
}

void check_structure(const Graph& graph) {
  std::set<std::string> defined;
  for (const ValueInfo& input : graph.inputs) {
    if (!defined.insert(input.name).second) throw Error("input '" + input.name + "'", "is there twice", {}, mend_graph);
    if (graph.initializers.contains(input.name)) {
      throw Error("input '" + input.name + "'", "is an initialiser as well", {}, mend_graph);
    }
  }
  for (const auto& [name, tensor] : graph.initializers) defined.insert(name);
  for (const Node& node : graph.nodes) {
    if (node.op.empty()) throw Error("node '" + node.name + "'", "has no operator", {}, mend_graph);
    if (node.outputs.empty()) throw Error(node.label(), "has no output", {}, mend_graph);
    for (const std::string& name : node.inputs) {
      if (!name.empty() && !defined.contains(name)) {
        throw Error(node.label(), "reads value '" + name + "' that is not defined before it",
                    "no input, initialiser or earlier node has this name", mend_graph);
      }
    }
    for (const std::string& name : node.outputs) {
      if (!name.empty() && !defined.insert(name).second) {
        throw Error(node.label(), "makes value '" + name + "', which already exists", {}, mend_graph);
      }
    }
  }
  std::set<std::string> given;
  for (const ValueInfo& output : graph.outputs) {
    if (!defined.contains(output.name))
      throw Error("output '" + output.name + "'", "is made by no node", {}, mend_graph);
    if (!given.insert(output.name).second)
      throw Error("output '" + output.name + "'", "is there twice", {}, mend_graph);
  }
}

void sort_nodes(Graph& graph) {
  const auto made_by = producers(graph);
  std::vector<std::vector<std::size_t>> users(graph.nodes.size());
  std::vector<std::size_t> waits_for(graph.nodes.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& name : graph.nodes[i].inputs) {
      const auto found = made_by.find(name);
      if (found == made_by.end()) continue;
      users[found->second].push_back(i);
      ++waits_for[i];
    }
  }
  // Among the nodes that can run, the first in the current order comes first, so a sorted graph stays as it is.
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (waits_for[i] == 0) ready.push(i);
  }
  std::vector<Node> sorted;
  while (!ready.empty()) {
    const std::size_t i = ready.top();
    ready.pop();
    sorted.push_back(graph.nodes[i]);
    for (const std::size_t user : users[i]) {
      if (--waits_for[user] == 0) ready.push(user);
    }
  }
  if (sorted.size() != graph.nodes.size()) {
    const auto stuck = std::ranges::find_if(waits_for, [](std::size_t n) { return n > 0; });
    throw Error(graph.nodes[static_cast<std::size_t>(stuck - waits_for.begin())].label(),
                "stands in a cycle, or after one", "its input depends on its own output", mend_graph);
  }
  graph.nodes = std::move(sorted);
}

}  // namespace galen
