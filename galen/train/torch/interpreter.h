#pragma once
// A graph prepared for running: operators looked up, values numbered.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "galen/train/torch/call.h"

namespace galen::torch_room {

/// Runs nodes in order on tensors; each value is freed after its last use (autograd keeps what it needs).
class Interpreter {
 public:
  /// Errors: an operator that galen-train does not have.
  explicit Interpreter(const Graph& graph);

  using Named = std::map<std::string, at::Tensor>;
  /// The wanted values, computed from the given ones (inputs and initialisers). Values named in leaves get a gradient
  /// even if nothing that they depend on requires one. Errors: a value that is neither computed nor given; an operator
  /// that fails (node, reason).
  Named run(const Named& given, const std::vector<std::string>& wanted, const Context& context,
            const std::set<std::string>& leaves = {}) const;

 private:
  struct Step {
    const Node* node;
    Operator function;
    std::vector<std::size_t> inputs, outputs;  ///< numbers of values; 0: omitted
  };
  struct Plan {
    std::vector<bool> runs;                       ///< whether each step runs
    std::vector<std::vector<std::size_t>> freed;  ///< for each step, the values that are used last in it
  };
  Plan plan(const Named& given, const std::vector<std::string>& wanted) const;
  std::size_t number_of(const std::string& value);

  std::vector<Node> nodes_;
  std::vector<Step> steps_;
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> names_;
};

}  // namespace galen::torch_room
