#pragma once
// The sliding window that convolutions and poolings share: kernel, stride, dilation and padding per spatial axis.
#include "galen/train/torch/call.h"

namespace galen::torch_room {

struct Window {
  Shape kernel, stride, dilation, begin, end;  ///< one entry per spatial axis
  bool symmetric() const { return begin == end; }
  bool dilated() const;
};

/// The window from the node's strides, dilations, pads and auto_pad, for x [batch, channel, spatial...].
Window window_of(const Call& call, const at::Tensor& x, const Shape& kernel);
/// x with its spatial axes padded by value.
at::Tensor padded(const at::Tensor& x, const Shape& begin, const Shape& end, double value);

}  // namespace galen::torch_room
