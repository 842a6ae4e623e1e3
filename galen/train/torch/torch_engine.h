#pragma once
// The gradient engine on libtorch's ATen: a graph is interpreted node by node under autograd.
#include <memory>

#include "galen/engine/gradients.h"

namespace galen {

/// Uses thread_count() threads. CUDA is available if libtorch's CUDA libraries can be loaded and find a device.
std::unique_ptr<GradientEngine> torch_engine();

}  // namespace galen
