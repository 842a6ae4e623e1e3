// Conv and ConvTranspose over 1 to 3 spatial axes.
#include <ATen/TensorOperators.h>
#include <ATen/ops/convolution.h>

#include "galen/train/torch/window.h"

namespace galen::torch_room {
namespace {

Shape spatial(const at::Tensor& weight) {
  return weight.sizes().slice(2).vec();
}

Values conv(const Call& call) {
  at::Tensor x = call.factor(0);
  const at::Tensor weight = call.factor(1);
  Window window = window_of(call, x, spatial(weight));
  if (!window.symmetric()) {
    x = padded(x, window.begin, window.end, 0);
    window.begin.assign(window.kernel.size(), 0);
  }
  const at::Tensor bias = call.has(2) ? call.factor(2) : at::Tensor();
  return {at::convolution(x, weight, bias, window.stride, window.begin, window.dilation, false,
                          Shape(window.kernel.size(), 0), call.integer("group", 1))};
}

/// The window of a transposed convolution; output_shape, where given, decides the padding.
Window transposed_window(const Call& call, const at::Tensor& x, const Shape& kernel, const Shape& output_padding) {
  Window window = window_of(call, x, kernel);
  const std::string automatic = call.text("auto_pad", "NOTSET");
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  const Shape wanted = call.integers("output_shape");
  if (!same && wanted.empty()) return window;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::int64_t extent = x.size(static_cast<std::int64_t>(i) + 2);
    const std::int64_t full =
        (extent - 1) * window.stride[i] + (kernel[i] - 1) * window.dilation[i] + 1 + output_padding[i];
    const std::int64_t target = wanted.empty() ? extent * window.stride[i] : wanted[wanted.size() - kernel.size() + i];
    const std::int64_t total = full - target;
    window.begin[i] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
    window.end[i] = total - window.begin[i];
  }
  return window;
}

Values conv_transpose(const Call& call) {
  const at::Tensor x = call.factor(0), weight = call.factor(1);
  const Shape kernel = spatial(weight), none(kernel.size(), 0);
  Shape extra = call.integers("output_padding", none);
  const Window window = transposed_window(call, x, kernel, extra);
  const at::Tensor bias = call.has(2) ? call.factor(2) : at::Tensor();
  const std::int64_t groups = call.integer("group", 1);
  if (window.symmetric() && extra == none) {
    return {at::convolution(x, weight, bias, window.stride, window.begin, window.dilation, true, none, groups)};
  }
  // Cropped and extended by hand: ATen knows neither uneven padding nor an output padding above the stride.
  const at::Tensor full = at::convolution(x, weight, {}, window.stride, none, window.dilation, true, none, groups);
  Shape begin(kernel.size());
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    begin[i] = -window.begin[i];
    extra[i] -= window.end[i];
  }
  at::Tensor y = padded(full, begin, extra, 0);
  if (!bias.defined()) return {y};
  Shape per_channel(static_cast<std::size_t>(y.dim()), 1);
  per_channel[1] = -1;
  return {y + bias.reshape(per_channel)};
}

}  // namespace

OperatorTable convolution_operators() {
  return {{"Conv", conv}, {"ConvTranspose", conv_transpose}};
}

}  // namespace galen::torch_room
