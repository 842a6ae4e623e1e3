#pragma once
// Predicts the memory of a compiled network from its graph.
#include "galen/engine/engine.h"

namespace galen::openvino {

/// Peak memory of compiling and running the graph (shapes fixed) in a precision that the processor has, beyond the
/// program, OpenVINO's libraries and the graph itself. Includes the outputs of run(), but not its inputs. For a
/// quantised graph, precision is that of the parts that are not quantised.
MemoryEstimate estimate_memory(const Graph& graph, Precision precision);

}  // namespace galen::openvino
