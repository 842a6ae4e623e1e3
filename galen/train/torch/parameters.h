#pragma once
// Which initialisers of a graph are trainable, and which are batch statistics.
#include <set>
#include <string>

#include "galen/graph/graph.h"

namespace galen::torch_room {

/// A float initialiser is trainable if it is used as a weight - weight or bias of Conv, ConvTranspose and Gemm, a
/// factor of MatMul or an addend to its product, scale or bias of a normalisation, slope of PRelu, table of Gather
/// (rank 2 or more) - directly or through Cast, Transpose, Reshape and the like; or if it is named "*.weight" or
/// "*.bias". Graph::constants are never trainable. This also works for files from elsewhere, with arbitrary names.
std::set<std::string> parameters_of(const Graph& graph);

/// Running means and variances of BatchNormalization, used directly or through such operators.
std::set<std::string> statistics_of(const Graph& graph);

/// Converts 16-bit parameters and statistics that are only cast to f32 to f32, and those casts to identities, so that
/// they are trained in f32.
Graph with_wide_parameters(Graph graph);

}  // namespace galen::torch_room
