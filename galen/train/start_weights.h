#pragma once
// Fine-tuning: initial weights from an existing network.
#include <string>
#include <vector>

#include "galen/graph/graph.h"

namespace galen {

struct StartReport {
  int copied = 0;
  int matrices = 0;               ///< of which with two axes or more, as a bias alone may fit by chance
  std::vector<std::string> left;  ///< float initialisers of target that keep their initial values
};

/// Copies float initialisers from source into target by name if their shapes agree. A weight that source stores as f16
/// or bf16 with a Cast is found under the name of the Cast's output.
StartReport copy_weights(Graph& target, const Graph& source);

/// "118 of 120 weights from the start; as initialised: head.weight, head.bias".
std::string to_string(const StartReport& report);

}  // namespace galen
