#pragma once
// The gradient engine on libtorch's ATen: a graph is interpreted node by node under autograd.
#include <memory>
#include <string>

#include "galen/engine/gradients.h"

namespace galen {

/// Uses thread_count() threads. CUDA is available if libtorch's CUDA libraries can be loaded and find a device.
std::unique_ptr<GradientEngine> torch_engine();

/// Errors: no such device ("cpu", "cuda", "cuda:1"), or it is not there.
void require_torch_device(const std::string& name);

}  // namespace galen
