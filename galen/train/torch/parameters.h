#pragma once
// Which initialisers of a graph learn, and which are statistics of batches.
#include <set>
#include <string>

#include "galen/graph/graph.h"

namespace galen::torch_room {

/// The rule: a float initialiser learns when it stands in a slot for weights - weight or bias of Conv, ConvTranspose
/// and Gemm, a factor of MatMul or what is added to its product, scale or bias of a normalisation, slope of PRelu,
/// table of Gather (rank 2 or more) - directly or behind Cast, Transpose, Reshape and the like; or when it is named
/// "*.weight" or
/// "*.bias". Graph::constants never learn. So files from elsewhere, whose names mean nothing, learn what they should.
std::set<std::string> parameters_of(const Graph& graph);

/// Running means and variances of BatchNormalization, directly or behind the like.
std::set<std::string> statistics_of(const Graph& graph);

/// 16-bit parameters and statistics that are only cast to f32 become f32, and the casts identities, so that they learn
/// in f32.
Graph with_wide_parameters(Graph graph);

}  // namespace galen::torch_room
