#pragma once
// What a compiled network will need, told from its graph.
#include "galen/engine/engine.h"

namespace galen::openvino {

/// Peak of compiling and running the graph (shapes fixed) in a precision that the processor has, beyond the program,
/// OpenVINO's own libraries and the graph itself. Outputs of run() are in it, its inputs are not. For a quantised
/// graph, precision is that of what is not quantised.
MemoryEstimate estimate_memory(const Graph& graph, Precision precision);

}  // namespace galen::openvino
