#pragma once
// Fine-tuning: weights of a network that is there already, as the beginning of another.
#include <string>
#include <vector>

#include "galen/graph/graph.h"

namespace galen {

struct StartReport {
  int copied = 0;
  int matrices = 0;               ///< of these, with two axes or more: a bias alone may fit by chance
  std::vector<std::string> left;  ///< float initialisers of target that keep their own values
};

/// Copies float initialisers from source into target by name, where the shapes agree. A weight that source stores as
/// f16 or bf16 behind a Cast is found under the Cast's name.
StartReport copy_weights(Graph& target, const Graph& source);

/// "118 of 120 weights from the start; as initialised: head.weight, head.bias".
std::string to_string(const StartReport& report);

}  // namespace galen
