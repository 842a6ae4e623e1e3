#pragma once
// A convolution with our own weight gradient, for cases where that is faster.
#include <ATen/core/Tensor.h>

#include "galen/train/torch/window.h"

namespace galen::torch_room {

/// Whether dense_convolution() can replace at::convolution: f32 on the CPU with channels last, no groups, no dilation,
/// symmetric padding, output channels a multiple of 8, on a processor where our weight gradient is faster.
bool is_dense(const at::Tensor& x, const at::Tensor& weight, const Window& window);

/// at::convolution with its weight gradient by weight_gradient(). bias may be undefined.
at::Tensor dense_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             const Window& window);

}  // namespace galen::torch_room
