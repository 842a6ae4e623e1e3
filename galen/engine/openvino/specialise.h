#pragma once
// A graph as it is compiled: with the shapes fixed and the taps as outputs.
#include <string>

#include "galen/engine/engine.h"

namespace galen::openvino {

/// The graph with the shapes of options fixed and its taps added to the outputs (those that are outputs already stay).
/// Weights are shared, not copied. Errors: unknown input or tap, an extent that is left open, what check() refuses, and
/// what would end the process inside OpenVINO.
Graph specialise(const Graph& graph, const CompileOptions& options);

/// A digest of everything in a graph, weights included: equal digests, equal networks.
std::string digest(const Graph& graph);

/// True where a graph holds the operators of quantised arithmetic.
bool is_quantised(const Graph& graph);

/// How messages call the graph: "network 'unet'".
std::string label_of(const Graph& graph);

}  // namespace galen::openvino
