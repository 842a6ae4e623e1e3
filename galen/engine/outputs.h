#pragma once
// Checked access to the outputs of a network by name: a bundle may hold a network that is not what its task expects.
#include <map>
#include <span>
#include <string>

#include "galen/base/tensor.h"
#include "galen/graph/graph.h"

namespace galen {

/// Refuses a network without an output of that name, before it runs.
void require_output(const Graph& network, const std::string& output);

/// The values of an output of Executable::run(), valid as long as outputs. Errors: no such output, another shape, or
/// values that are not f32.
std::span<const float> output_of(const std::map<std::string, Tensor>& outputs, const std::string& name,
                                 const Shape& shape);

}  // namespace galen
