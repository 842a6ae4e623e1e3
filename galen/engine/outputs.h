#pragma once
// What a network gives, asked for by name: a bundle may hold a network that is not what its task takes it for.
#include <map>
#include <span>
#include <string>

#include "galen/base/tensor.h"
#include "galen/graph/graph.h"

namespace galen {

/// Refuses a network without an output of that name, before it runs.
void require_output(const Graph& network, const std::string& output);

/// The numbers of an output of Executable::run(), which outlives them. Errors: there is no such output, it has another
/// shape, or its numbers are not f32.
std::span<const float> output_of(const std::map<std::string, Tensor>& outputs, const std::string& name,
                                 const Shape& shape);

}  // namespace galen
