#include "galen/engine/openvino/memory.h"

namespace galen {

MemoryEstimate estimate_memory(const Graph& graph, Precision precision) {
  const Cost cost = cost_of(graph);
  const std::uint64_t width = precision == Precision::f32 ? 4 : 2;
  return {.weights = static_cast<std::uint64_t>(cost.parameters) * width,
          .activations = static_cast<std::uint64_t>(cost.peak_activation_elements) * width};
}

}  // namespace galen
