// Convolutions, pooling, resampling and normalisation.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/graph/rules.h"

namespace galen::rules {
namespace {

constexpr std::int64_t largest_window = 1 << 20;  // of kernels, strides, dilations and pads

// The attributes of convolutions and pools for their spatial axes.
struct Window {
  Shape kernel, stride, dilation, pads;
  std::string auto_pad;
};

Shape per_axis(const Call& call, const std::string& key, std::size_t count, std::int64_t otherwise,
               std::int64_t least) {
  const Shape out = call.attribute(key).value_or(Shape(count, otherwise));
  if (out.size() != count) {
    call.refuse(fmt::format("has {} of length {}", key, out.size()), fmt::format("expected {}", count));
  }
  for (const std::int64_t value : out) {
    if (value < least || value > largest_window)
      call.refuse(fmt::format("has {} {}", key, to_string(out)), "out of range");
  }
  return out;
}

Window window_of(const Call& call, std::size_t axes, const std::optional<Shape>& kernel) {
  Window out;
  const auto given = call.attribute("kernel_shape");
  if (!given && !kernel) call.refuse("has no kernel");
  out.kernel = given ? per_axis(call, "kernel_shape", axes, 1, 1) : *kernel;
  for (std::size_t i = 0; kernel && i < axes; ++i) {
    if ((*kernel)[i] >= 0 && (*kernel)[i] != out.kernel[i]) {
      call.refuse("has a kernel that is not that of its weights", to_string(out.kernel) + " and " + to_string(*kernel));
    }
  }
  out.stride = per_axis(call, "strides", axes, 1, 1);
  out.dilation = per_axis(call, "dilations", axes, 1, 1);
  out.pads = per_axis(call, "pads", 2 * axes, 0, 0);
  out.auto_pad = call.attribute("auto_pad", std::string("NOTSET"));
  return out;
}

Dim windowed(const Call& call, const Dim& extent, const Window& window, std::size_t axis, bool ceil) {
  if (!extent.fixed() || window.kernel[axis] < 0) return {};
  const std::size_t axes = window.kernel.size();
  const std::int64_t stride = window.stride[axis], reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  if (window.auto_pad.starts_with("SAME")) return known((extent.extent + stride - 1) / stride);
  const std::int64_t before = window.pads[axis], after = window.pads[axis + axes];
  const std::int64_t room = extent.extent + (window.auto_pad == "VALID" ? 0 : before + after) - reach;
  if (room < 0) {
    call.refuse("has a kernel larger than its input",
                fmt::format("spatial axis {}: extent {}, kernel {}", axis, extent.extent, reach));
  }
  std::int64_t out = (ceil ? room + stride - 1 : room) / stride + 1;
  if (ceil && (out - 1) * stride >= extent.extent + before) --out;  // no window begins in the padding at the end
  return known(out);
}

std::optional<Shape> kernel_of(const Call& call) {
  const Dims* weight = call.dims(1);
  if (weight == nullptr) return std::nullopt;
  Shape out;
  for (std::size_t i = 2; i < weight->size(); ++i) out.push_back((*weight)[i].extent);
  return out;
}

std::int64_t groups_of(const Call& call) {
  const std::int64_t groups = call.attribute("group", 1);
  if (groups < 1 || groups > largest_extent) call.refuse(fmt::format("has {} groups", groups));
  return groups;
}

void require_ranks_of_conv(const Call& call) {
  call.require_type(0, is_float, "a float");
  call.require_same_type(0, 1);
  call.require_rank(0, 3);
  if (call.has(2)) call.require_rank(2, 1, 1);
  if (const Dims* x = call.dims(0)) call.require_rank(1, x->size(), x->size());
}

// In single precision, as in ONNX: 10 x 0.7f is 7.
Dim scaled(const Dim& extent, float scale) {
  if (!extent.fixed() || !std::isfinite(scale)) return {};
  return known(
      static_cast<std::int64_t>(std::clamp(std::floor(static_cast<float>(extent.extent) * scale), 0.0f, 1e15f)));
}

// The parameters of a normalisation have one entry per channel.
void require_channels(const Call& call, std::size_t first, std::size_t last) {
  const Dims* x = call.dims(0);
  for (std::size_t i = first; i <= last; ++i) {
    call.require_rank(i, 1, 1);
    const Dims* parameter = call.dims(i);
    if (x == nullptr || parameter == nullptr || !(*x)[1].fixed()) continue;
    call.require_extent(parameter->front(), (*x)[1].extent, fmt::format("input {} has extent", i));
  }
}

}  // namespace

void conv(Call& call) {
  require_ranks_of_conv(call);
  const Dims *x = call.dims(0), *weight = call.dims(1);
  call.set(call.type(0), std::nullopt);
  if (x == nullptr) return;
  const std::size_t axes = x->size() - 2;
  const Window window = window_of(call, axes, kernel_of(call));
  Dims out{(*x)[0], weight == nullptr ? Dim{} : (*weight)[0]};
  if (weight != nullptr) {
    const std::int64_t groups = groups_of(call);
    if ((*weight)[1].fixed() && (*weight)[1].extent <= largest_extent / groups) {
      call.require_extent((*x)[1], (*weight)[1].extent * groups, "input channels are");
    }
    if (out[1].fixed() && out[1].extent % groups != 0) call.refuse("has output channels that its groups do not divide");
    if (const Dims* bias = call.dims(2)) call.require_extent(bias->front(), out[1].extent, "bias has extent");
  }
  for (std::size_t i = 0; i < axes; ++i) out.push_back(windowed(call, (*x)[i + 2], window, i, false));
  call.output().dims = std::move(out);
}

void conv_transpose(Call& call) {
  require_ranks_of_conv(call);
  const Dims *x = call.dims(0), *weight = call.dims(1);
  call.set(call.type(0), std::nullopt);
  if (x == nullptr) return;
  const std::size_t axes = x->size() - 2;
  const Window window = window_of(call, axes, kernel_of(call));
  const Shape extra = per_axis(call, "output_padding", axes, 0, 0);
  const auto wanted = call.attribute("output_shape");
  if (wanted && wanted->size() != axes) call.refuse("has an output shape of the wrong length", to_string(*wanted));
  Dims out{(*x)[0], Dim{}};
  if (weight != nullptr) {
    const std::int64_t groups = groups_of(call);
    call.require_extent((*x)[1], (*weight)[0].extent, "input channels are");
    const Dim both[] = {(*weight)[1], known(groups)};
    out[1] = product(both);
    if (const Dims* bias = call.dims(2)) call.require_extent(bias->front(), out[1].extent, "bias has extent");
  }
  for (std::size_t i = 0; i < axes; ++i) {
    const Dim& extent = (*x)[i + 2];
    if (wanted) {
      out.push_back(known((*wanted)[i]));
    } else if (!extent.fixed() || window.kernel[i] < 0) {
      out.emplace_back();
    } else if (window.auto_pad.starts_with("SAME")) {
      out.push_back(known(extent.extent * window.stride[i]));
    } else {
      const std::int64_t reach = (window.kernel[i] - 1) * window.dilation[i] + 1;
      const std::int64_t size =
          window.stride[i] * (extent.extent - 1) + extra[i] + reach - window.pads[i] - window.pads[i + axes];
      if (size < 0) call.refuse("has more padding than output");
      out.push_back(known(size));
    }
  }
  call.output().dims = std::move(out);
}

void pool(Call& call) {
  call.require_rank(0, 3);
  const Dims* x = call.dims(0);
  std::optional<Dims> out;
  if (x != nullptr) {
    const std::size_t axes = x->size() - 2;
    const Window window = window_of(call, axes, std::nullopt);
    out = Dims{(*x)[0], (*x)[1]};
    const bool ceil = call.attribute("ceil_mode", 0) != 0;
    for (std::size_t i = 0; i < axes; ++i) out->push_back(windowed(call, (*x)[i + 2], window, i, ceil));
  }
  call.set(0, call.type(0), out);
  call.set(1, Scalar::i64, out);
}

void global_pool(Call& call) {
  call.require_rank(0, 3);
  call.set(call.type(0), std::nullopt);
  const Dims* x = call.dims(0);
  if (x == nullptr) return;
  Dims out(x->size(), known(1));
  out[0] = (*x)[0];
  out[1] = (*x)[1];
  call.output().dims = std::move(out);
}

// Inputs: x, roi, scales, sizes (opset 11 and later); opset 10 has x, scales.
void resize(Call& call) {
  const Dims* x = call.dims(0);
  call.set(call.type(0), x == nullptr ? std::nullopt : std::optional(Dims(x->size())));
  if (x == nullptr || call.attribute("keep_aspect_ratio_policy", std::string("stretch")) != "stretch") return;
  Shape axes = call.attribute("axes").value_or(Shape{});
  if (axes.empty()) {
    for (std::int64_t i = 0; i < std::ssize(*x); ++i) axes.push_back(i);
  }
  Dims out = *x;
  const Dims* given_sizes = call.dims(3);
  const bool by_size = call.has(3) && !(given_sizes != nullptr && product(*given_sizes).extent == 0);
  const auto sizes = call.integers(3);
  const Tensor* scales = call.constant(call.opset() < 11 ? 1 : 2);
  const std::size_t count = by_size             ? (sizes ? sizes->size() : axes.size())
                            : scales != nullptr ? static_cast<std::size_t>(scales->count())
                                                : axes.size();
  if (count != axes.size()) call.refuse("has sizes or scales that do not fit " + to_string(*x));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    Dim& dim = out[call.axis(axes[i], x->size())];
    if (by_size) {
      dim = sizes ? known((*sizes)[i]) : Dim{};
    } else {
      dim = scales == nullptr || scales->type() != Scalar::f32 ? Dim{} : scaled(dim, scales->values<float>()[i]);
    }
  }
  call.output().dims = std::move(out);
}

void instance_norm(Call& call) {
  call.require_rank(0, 3);
  require_channels(call, 1, 2);
  same_float(call);
}

void batch_norm(Call& call) {
  call.require_rank(0, 2);
  require_channels(call, 1, 4);
  same_float(call);
  for (std::size_t i = 1; i < call.output_count(); ++i) {
    const Dims* mean = call.dims(3);
    call.set(i, call.type(3), mean == nullptr ? std::nullopt : std::optional(*mean));
  }
}

void layer_norm(Call& call) {
  same_float(call);
  const Dims* x = call.dims(0);
  std::optional<Dims> statistics;
  if (x != nullptr) {
    const std::size_t axis = call.axis(call.attribute("axis", -1), x->size());
    statistics = *x;
    std::fill(statistics->begin() + static_cast<std::ptrdiff_t>(axis), statistics->end(), known(1));
    for (const std::size_t i : {1u, 2u}) {
      if (const Dims* parameter = call.dims(i)) broadcast(call, *x, *parameter);
    }
  }
  for (std::size_t i = 1; i < call.output_count(); ++i) call.set(i, Scalar::f32, statistics);
}

void group_norm(Call& call) {
  call.require_rank(0, 3);
  const std::int64_t groups = call.attribute("num_groups", 0);
  const Dims* x = call.dims(0);
  if (groups < 1 || (x != nullptr && (*x)[1].fixed() && (*x)[1].extent % groups != 0)) {
    call.refuse("has groups that do not divide its channels", fmt::format("{} groups", groups));
  }
  same_float(call);
}

}  // namespace galen::rules
