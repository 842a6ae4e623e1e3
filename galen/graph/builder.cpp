#include "galen/graph/builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace galen {
namespace {

Shape extents(const Facts& facts) {
  Shape out;
  for (const Dim& dim : facts.dims.value_or(Dims{})) out.push_back(dim.extent);
  return out;
}

void rename(std::vector<std::string>& names, const std::string& from, const std::string& to) {
  std::ranges::replace(names, from, to);
}

}  // namespace

Builder::Builder(std::string name, std::optional<std::uint64_t> seed) : seed_(seed) {
  graph_.name = std::move(name);
}

const std::string& Builder::resolve(const std::string& name) const {
  const auto found = renamed_.find(name);
  return found == renamed_.end() ? name : found->second;
}

std::string Builder::fresh(const std::string& hint) {
  std::string name;
  do {
    name = fmt::format("{}_{}", hint, next_++);
  } while (facts_.contains(name));
  return name;
}

Value Builder::define(const std::string& name, Facts facts) {
  if (name.empty()) throw defect("builder", "a value without a name");
  if (!facts.type) throw Error("value '" + name + "'", "has a type that cannot be told");
  const auto [at, is_new] = facts_.emplace(name, std::move(facts));
  if (!is_new) throw Error("value '" + name + "'", "already exists", "names in a network are unique");
  return {name, *at->second.type, extents(at->second)};
}

Value Builder::input(const std::string& name, Scalar type, const std::vector<Dim>& dims) {
  const ValueInfo info{name, type, dims};
  const Value out = define(name, facts_of(info));
  graph_.inputs.push_back(info);
  return out;
}

Value Builder::constant(const Tensor& tensor, const std::string& hint) {
  const Value out = define(fresh(hint), facts_of(tensor));
  graph_.initializers.emplace(out.name, tensor);
  graph_.constants.insert(out.name);
  return out;
}

Value Builder::parameter(const std::string& name, Tensor initial) {
  const Value out = define(name, facts_of(initial));
  facts_.at(name).constant = {};  // its value may change in training
  graph_.initializers.emplace(name, std::move(initial));
  return out;
}

std::vector<Value> Builder::nodes(const std::string& op, const std::vector<Value>& inputs, std::size_t outputs,
                                  const std::map<std::string, Attribute>& attributes, const std::string& name) {
  Node node;
  node.op = op;
  node.name = name.empty() ? fresh(op) : name;
  node.attributes = attributes;
  std::vector<const Facts*> known;
  for (const Value& value : inputs) {
    const std::string& input = resolve(value.name);
    node.inputs.push_back(input);
    if (!input.empty() && !facts_.contains(input))
      throw Error(node.label(), "reads '" + input + "', which does not exist");
    known.push_back(input.empty() ? nullptr : &facts_.at(input));
  }
  for (std::size_t i = 0; i < outputs; ++i) {
    node.outputs.push_back(outputs == 1 ? node.name : fmt::format("{}.{}", node.name, i));
  }
  std::vector<Facts> facts = infer_outputs(node, known, graph_.opset);
  std::vector<Value> out;
  for (std::size_t i = 0; i < outputs; ++i) out.push_back(define(node.outputs[i], std::move(facts[i])));
  graph_.nodes.push_back(std::move(node));
  return out;
}

Value Builder::node(const std::string& op, const std::vector<Value>& inputs,
                    const std::map<std::string, Attribute>& attributes, const std::string& name) {
  return nodes(op, inputs, 1, attributes, name).front();
}

// The output of a node is renamed; inputs, parameters and values named before keep their names, and an Identity node
// adds the new one.
Value Builder::named(const Value& value, const std::string& name) {
  const std::string old = resolve(value.name);
  if (old == name) return value;
  const bool is_input = std::ranges::find(graph_.inputs, old, &ValueInfo::name) != graph_.inputs.end();
  if (is_input || graph_.initializers.contains(old) || chosen_.contains(old)) {
    chosen_.insert(name);
    return node("Identity", {value}, {}, name);
  }
  const Value out = define(name, facts_.at(old));
  facts_.erase(old);
  chosen_.insert(name);
  renamed_[old] = name;
  for (Node& node : graph_.nodes) {
    rename(node.inputs, old, name);
    rename(node.outputs, old, name);
  }
  return out;
}

void Builder::output(const Value& value, const std::string& name) {
  const Value out = named(value, name);
  if (std::ranges::find(graph_.outputs, name, &ValueInfo::name) != graph_.outputs.end()) {
    throw Error("output '" + name + "'", "is there twice");
  }
  graph_.outputs.push_back(info_of(name, facts_.at(out.name)));
}

Graph Builder::build() const {
  check(graph_);
  return graph_;
}

}  // namespace galen
