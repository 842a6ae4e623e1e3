#pragma once
// Prepares a graph for compilation: with its shapes fixed and its taps as outputs.
#include <string>

#include "galen/engine/engine.h"

namespace galen::openvino {

/// The graph with the shapes of options fixed and its taps added to the outputs (taps that are outputs already are not
/// added twice). Weights are shared, not copied. Errors: unknown input or tap, an extent that is left open, anything
/// that check() refuses or that would crash inside OpenVINO.
Graph specialise(const Graph& graph, const CompileOptions& options);

/// A digest of everything in a graph, weights included: equal digests mean equal networks.
std::string digest(const Graph& graph);

/// True if the graph contains operators of quantised arithmetic.
bool is_quantised(const Graph& graph);

/// How messages refer to the graph: "network 'unet'".
std::string label_of(const Graph& graph);

}  // namespace galen::openvino
