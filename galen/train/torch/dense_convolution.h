#pragma once
// A convolution whose gradient by the weights is our own, where that is the quicker one.
#include <ATen/core/Tensor.h>

#include "galen/train/torch/window.h"

namespace galen::torch_room {

/// Whether dense_convolution() may take the place of at::convolution: f32 on the CPU with channels last, no dilation,
/// even padding, output channels by eights, on a processor where our gradient by the weights is the quicker one.
bool is_dense(const at::Tensor& x, const at::Tensor& weight, const Window& window);

/// at::convolution with weight_gradient() as its gradient by the weights. bias may be undefined.
at::Tensor dense_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             const Window& window);

}  // namespace galen::torch_room
