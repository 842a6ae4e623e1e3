#include "galen/train/torch/window.h"

#include <ATen/ops/constant_pad_nd.h>
#include <fmt/format.h>

#include <algorithm>

namespace galen::torch_room {
namespace {

/// Padding for ceil(extent / stride) outputs; with SAME_UPPER, an odd element goes to the end.
void pad_same(Window& window, const at::Tensor& x, bool upper) {
  for (std::size_t i = 0; i < window.kernel.size(); ++i) {
    const std::int64_t extent = x.size(static_cast<std::int64_t>(i) + 2), stride = window.stride[i];
    const std::int64_t outputs = (extent + stride - 1) / stride;
    const std::int64_t reach = (window.kernel[i] - 1) * window.dilation[i] + 1;
    const std::int64_t total = std::max<std::int64_t>((outputs - 1) * stride + reach - extent, 0);
    window.begin[i] = upper ? total / 2 : total - total / 2;
    window.end[i] = total - window.begin[i];
  }
}

}  // namespace

bool Window::dilated() const {
  return std::any_of(dilation.begin(), dilation.end(), [](std::int64_t d) { return d != 1; });
}

Window window_of(const Call& call, const at::Tensor& x, const Shape& kernel) {
  const std::size_t axes = kernel.size();
  if (x.dim() != static_cast<std::int64_t>(axes) + 2) {
    call.refuse(fmt::format("has a kernel of {} axes for an input of rank {}", axes, x.dim()));
  }
  Window window{kernel, call.integers("strides", Shape(axes, 1)), call.integers("dilations", Shape(axes, 1)),
                Shape(axes, 0), Shape(axes, 0)};
  const std::string automatic = call.text("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    pad_same(window, x, automatic == "SAME_UPPER");
  } else if (automatic == "NOTSET") {
    const Shape pads = call.integers("pads", Shape(2 * axes, 0));
    if (pads.size() != 2 * axes) call.refuse("has pads that do not fit its kernel");
    window.begin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(axes));
    window.end.assign(pads.begin() + static_cast<std::ptrdiff_t>(axes), pads.end());
  }
  return window;
}

at::Tensor padded(const at::Tensor& x, const Shape& begin, const Shape& end, double value) {
  Shape pads;  // ATen counts from the last axis
  for (std::size_t i = begin.size(); i-- > 0;) {
    pads.push_back(begin[i]);
    pads.push_back(end[i]);
  }
  return at::constant_pad_nd(x, pads, value);
}

}  // namespace galen::torch_room
