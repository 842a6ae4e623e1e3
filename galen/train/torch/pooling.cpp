// Pooling over 1 to 3 spatial axes.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <limits>

#include "galen/train/torch/window.h"

namespace galen::torch_room {
namespace {

Window pooling_window(const Call& call, const at::Tensor& x) {
  return window_of(call, x, call.integers("kernel_shape"));
}

/// Whether ATen can apply the padding: symmetric and at most half a kernel. Otherwise x is padded beforehand.
bool pads_inside(const Window& window) {
  for (std::size_t i = 0; i < window.kernel.size(); ++i) {
    if (window.begin[i] > window.kernel[i] / 2) return false;
  }
  return window.symmetric();
}

std::pair<at::Tensor, at::Tensor> max_with_places(const at::Tensor& x, const Window& w, const Shape& pads, bool ceil) {
  switch (w.kernel.size()) {
    case 1: {
      auto [y, places] = at::max_pool1d_with_indices(x, w.kernel, w.stride, pads, w.dilation, ceil);
      return {y, places};
    }
    case 2: {
      auto [y, places] = at::max_pool2d_with_indices(x, w.kernel, w.stride, pads, w.dilation, ceil);
      return {y, places};
    }
    default: {
      auto [y, places] = at::max_pool3d_with_indices(x, w.kernel, w.stride, pads, w.dilation, ceil);
      return {y, places};
    }
  }
}

/// Converts indices within a padded plane to indices within the whole tensor [batch, channel, spatial...].
at::Tensor whole_places(at::Tensor places, const at::Tensor& x, const at::Tensor& source, const Window& window,
                        bool by_column) {
  const bool moved = source.sizes() != x.sizes();
  at::Tensor flat = at::zeros_like(places);
  std::int64_t pitch = 1, plane = 1;
  for (std::int64_t i = 2; i < x.dim(); ++i) plane *= x.size(i);
  Shape pitches(static_cast<std::size_t>(x.dim() - 2));
  for (std::size_t i = 0; i < pitches.size(); ++i) {
    const std::size_t axis = by_column ? i : pitches.size() - 1 - i;
    pitches[axis] = pitch;
    pitch *= x.size(static_cast<std::int64_t>(axis) + 2);
  }
  for (std::size_t i = pitches.size(); i-- > 0;) {
    const std::int64_t extent = source.size(static_cast<std::int64_t>(i) + 2);
    const at::Tensor coordinate = at::remainder(places, extent) - (moved ? window.begin[i] : 0);
    flat = flat + coordinate * pitches[i];
    places = at::floor_divide(places, extent);
  }
  Shape planes(static_cast<std::size_t>(x.dim()), 1);
  planes[0] = x.size(0), planes[1] = x.size(1);
  return flat + at::arange(x.size(0) * x.size(1), flat.options()).reshape(planes) * plane;
}

Values max_pool(const Call& call) {
  const at::Tensor x = call[0];
  const Window window = pooling_window(call, x);
  const bool ceil = call.integer("ceil_mode", 0) != 0, inside = pads_inside(window);
  const bool whole = !at::isFloatingType(x.scalar_type());
  at::Tensor source = whole ? x.to(at::kFloat) : x;
  if (!inside) source = padded(source, window.begin, window.end, -std::numeric_limits<double>::infinity());
  const Shape pads = inside ? window.begin : Shape(window.kernel.size(), 0);
  auto [y, places] = max_with_places(source, window, pads, ceil);
  if (whole) y = y.to(x.scalar_type());
  if (call.node.outputs.size() == 1) return {y};
  return {y, whole_places(places, x, source, window, call.integer("storage_order", 0) != 0)};
}

at::Tensor mean_of(const at::Tensor& x, const Window& w, const Shape& pads, bool ceil, bool count_padding) {
  switch (w.kernel.size()) {
    case 1:
      return at::avg_pool1d(x, w.kernel, w.stride, pads, ceil, count_padding);
    case 2:
      return at::avg_pool2d(x, w.kernel, w.stride, pads, ceil, count_padding);
    default:
      return at::avg_pool3d(x, w.kernel, w.stride, pads, ceil, count_padding);
  }
}

Values average_pool(const Call& call) {
  const at::Tensor x = call[0];
  const Window window = pooling_window(call, x);
  if (window.dilated()) call.refuse("averages with dilation, which galen-train does not");
  const bool ceil = call.integer("ceil_mode", 0) != 0, count_padding = call.integer("count_include_pad", 0) != 0;
  if (pads_inside(window)) return {mean_of(x, window, window.begin, ceil, count_padding)};
  const Shape none(window.kernel.size(), 0);
  const at::Tensor y = mean_of(padded(x, window.begin, window.end, 0), window, none, ceil, true);
  if (count_padding) return {y};
  const at::Tensor there = padded(at::ones_like(x), window.begin, window.end, 0);
  return {y / mean_of(there, window, none, ceil, true)};
}

Shape spatial_axes(const at::Tensor& x) {
  Shape axes;
  for (std::int64_t i = 2; i < x.dim(); ++i) axes.push_back(i);
  return axes;
}
Values global_average_pool(const Call& call) {
  const at::Tensor x = call.wide(0);
  return {at::mean(x, spatial_axes(x), true)};
}
Values global_max_pool(const Call& call) {
  return {at::amax(call[0], spatial_axes(call[0]), true)};
}

}  // namespace

OperatorTable pooling_operators() {
  return {{"MaxPool", max_pool},
          {"AveragePool", average_pool},
          {"GlobalAveragePool", global_average_pool},
          {"GlobalMaxPool", global_max_pool}};
}

}  // namespace galen::torch_room
