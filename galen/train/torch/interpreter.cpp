#include "galen/train/torch/interpreter.h"

#include <algorithm>
#include <exception>

#include "galen/train/torch/failure.h"

namespace galen::torch_room {
namespace {

Values compute(Operator function, const Call& call) {
  try {
    return function(call);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    if (is_of_memory(failure)) throw memory_error(call.node.label(), failure);
    std::string shapes;
    for (const at::Tensor& input : call.inputs) {
      if (input.defined()) shapes += (shapes.empty() ? "" : ", ") + to_string(input.sizes().vec());
    }
    throw Error(call.node.label(), "cannot be computed for inputs " + shapes, first_line(failure));
  }
}

}  // namespace

Interpreter::Interpreter(const Graph& graph) : nodes_(graph.nodes) {
  names_.emplace_back();
  for (const Node& node : nodes_) {
    Step step{&node, operator_of(node), {}, {}};
    for (const std::string& input : node.inputs) step.inputs.push_back(input.empty() ? 0 : number_of(input));
    for (const std::string& output : node.outputs) step.outputs.push_back(output.empty() ? 0 : number_of(output));
    steps_.push_back(std::move(step));
  }
}

std::size_t Interpreter::number_of(const std::string& value) {
  const auto [at, is_new] = numbers_.try_emplace(value, names_.size());
  if (is_new) names_.push_back(value);
  return at->second;
}

Interpreter::Plan Interpreter::plan(const Named& given, const std::vector<std::string>& wanted) const {
  Plan plan{std::vector<bool>(steps_.size()), std::vector<std::vector<std::size_t>>(steps_.size())};
  std::vector<bool> needed(names_.size()), kept(names_.size());
  for (const std::string& name : wanted) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) needed[found->second] = kept[found->second] = true;
  }
  std::vector<bool> there(names_.size());
  for (const auto& [name, value] : given) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) there[found->second] = true;
  }
  std::vector<bool> used_later = kept;
  for (std::size_t i = steps_.size(); i-- > 0;) {
    const Step& step = steps_[i];
    plan.runs[i] = std::any_of(step.outputs.begin(), step.outputs.end(),
                               [&](std::size_t v) { return v != 0 && needed[v] && !there[v]; });
    if (!plan.runs[i]) continue;
    for (const std::size_t value : step.inputs) {
      if (value == 0) continue;
      needed[value] = true;
      if (!used_later[value]) plan.freed[i].push_back(value);
      used_later[value] = true;
    }
    for (const std::size_t value : step.outputs) {
      if (value != 0 && !used_later[value]) plan.freed[i].push_back(value);
    }
  }
  return plan;
}

Interpreter::Named Interpreter::run(const Named& given, const std::vector<std::string>& wanted, const Context& context,
                                    const std::set<std::string>& leaves) const {
  const Plan plan = this->plan(given, wanted);
  Values values(names_.size());
  for (const auto& [name, value] : given) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) values[found->second] = value;
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!plan.runs[i]) continue;
    const Step& step = steps_[i];
    Values inputs;
    for (const std::size_t value : step.inputs) {
      if (value != 0 && !values[value].defined()) {
        throw Error(step.node->label(), "needs '" + names_[value] + "', which is not given");
      }
      inputs.push_back(values[value]);
    }
    for (const std::size_t value : plan.freed[i]) values[value].reset();
    Values outputs = compute(step.function, {*step.node, inputs, context});
    inputs.clear();
    for (std::size_t k = 0; k < step.outputs.size(); ++k) {
      if (step.outputs[k] == 0) continue;
      if (k >= outputs.size()) {
        throw Error(step.node->label(),
                    "has an output '" + names_[step.outputs[k]] + "' that galen-train does not make");
      }
      at::Tensor& output = outputs[k];
      if (leaves.count(names_[step.outputs[k]]) > 0 && !output.requires_grad()) {
        output = output.detach().set_requires_grad(true);
      }
      values[step.outputs[k]] = std::move(output);
    }
    for (const std::size_t value : plan.freed[i]) values[value].reset();
  }
  Named results;
  for (const std::string& name : wanted) {
    const auto found = numbers_.find(name);
    const at::Tensor value = found != numbers_.end() ? values[found->second] : at::Tensor();
    const auto direct = given.find(name);
    if (!value.defined() && direct == given.end()) throw Error("value '" + name + "'", "is not in the graph");
    results[name] = value.defined() ? value : direct->second;
  }
  return results;
}

}  // namespace galen::torch_room
