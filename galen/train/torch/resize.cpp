// Resize, axis by axis: each output element is a weighted sum of a few input elements (ONNX, operator Resize).
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

#include "galen/train/torch/call.h"

namespace galen::torch_room {
namespace {

/// One axis to be resized.
struct Axis {
  std::int64_t axis, from, to;
  double scale, roi_begin = 0, roi_end = 1;
};

/// For tap k of output i: the clamped input position places[k][i] and its weight weights[k][i].
struct Taps {
  std::vector<Shape> places;
  std::vector<std::vector<double>> weights;
};

double source_coordinate(const Call& call, const std::string& mode, const Axis& a, std::int64_t i) {
  const auto x = static_cast<double>(i), from = static_cast<double>(a.from), to = static_cast<double>(a.to);
  if (mode == "half_pixel") return (x + 0.5) / a.scale - 0.5;
  if (mode == "pytorch_half_pixel") return a.to > 1 ? (x + 0.5) / a.scale - 0.5 : 0;
  if (mode == "asymmetric") return x / a.scale;
  if (mode == "align_corners") return a.to > 1 ? x * (from - 1) / (from * a.scale - 1) : 0;
  if (mode == "half_pixel_symmetric") {
    const double adjustment = to / (a.scale * from), centre = from / 2;
    return centre * (1 - adjustment) + (x + 0.5) / a.scale - 0.5;
  }
  if (mode == "tf_crop_and_resize") {
    const double begin = a.roi_begin * (from - 1), extent = (a.roi_end - a.roi_begin) * (from - 1);
    return a.to > 1 ? begin + x * extent / (to - 1) : (a.roi_begin + a.roi_end) / 2 * (from - 1);
  }
  call.refuse("has coordinate transformation '" + mode + "', which galen-train does not know");
}

double nearest(const std::string& mode, double x) {
  if (mode == "floor") return std::floor(x);
  if (mode == "ceil") return std::ceil(x);
  return mode == "round_prefer_ceil" ? std::floor(x + 0.5) : std::ceil(x - 0.5);
}

/// Weights of the taps at floor(x) - taps / 2 + 1, ..., where t is the fractional part of x.
std::vector<double> kernel_weights(const std::string& mode, double t, double a) {
  if (mode == "linear") return {1 - t, t};
  // Keys, "Cubic convolution interpolation for digital image processing", 1981.
  const auto inner = [a](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto outer = [a](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {outer(t + 1), inner(t), inner(1 - t), outer(2 - t)};
}

Taps taps_of(const Call& call, const Axis& axis) {
  const std::string mode = call.text("mode", "nearest");
  const std::string transformation = call.text("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = call.text("nearest_mode", "round_prefer_floor");
  const double a = call.number("cubic_coeff_a", -0.75f);
  const bool exclude_outside = call.integer("exclude_outside", 0) != 0;
  const std::size_t count = mode == "nearest" ? 1 : mode == "linear" ? 2 : 4;
  Taps taps{std::vector<Shape>(count, Shape(static_cast<std::size_t>(axis.to))),
            std::vector<std::vector<double>>(count, std::vector<double>(static_cast<std::size_t>(axis.to)))};
  for (std::int64_t i = 0; i < axis.to; ++i) {
    const double x = source_coordinate(call, transformation, axis, i);
    const double base = mode == "nearest" ? nearest(rounding, x) : std::floor(x) - (mode == "cubic" ? 1 : 0);
    std::vector<double> weights = mode == "nearest" ? std::vector{1.0} : kernel_weights(mode, x - std::floor(x), a);
    double total = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const double place = base + static_cast<double>(k);
      const bool outside = place < 0 || place > static_cast<double>(axis.from - 1);
      if (exclude_outside && outside) weights[k] = 0;
      total += weights[k];
      taps.places[k][static_cast<std::size_t>(i)] =
          static_cast<std::int64_t>(std::clamp(place, 0.0, static_cast<double>(axis.from - 1)));
    }
    for (std::size_t k = 0; k < count; ++k) taps.weights[k][static_cast<std::size_t>(i)] = weights[k] / total;
  }
  return taps;
}

at::Tensor resize_axis(const at::Tensor& x, const Axis& axis, const Taps& taps) {
  Shape along(static_cast<std::size_t>(x.dim()), 1);
  along[static_cast<std::size_t>(axis.axis)] = axis.to;
  at::Tensor y;
  for (std::size_t k = 0; k < taps.places.size(); ++k) {
    const at::Tensor picked = x.index_select(axis.axis, at::tensor(taps.places[k], at::kLong).to(x.device()));
    if (taps.places.size() == 1) return picked;
    const at::Tensor part = picked * at::tensor(taps.weights[k], at::kDouble).to(x.options()).reshape(along);
    y = y.defined() ? y + part : part;
  }
  return y;
}

/// ATen's own kernels for common cases: exact enlargement, linear by half_pixel or nearest by asymmetric and floor. An
/// undefined tensor in all others.
at::Tensor resize_fast(const Call& call, const at::Tensor& x, const std::vector<Axis>& axes) {
  const std::int64_t spatial = x.dim() - 2;
  const std::string transformation = call.text("coordinate_transformation_mode", "half_pixel");
  const std::string mode = call.text("mode", "nearest");
  const bool linear = mode == "linear" && transformation == "half_pixel";
  const bool floored =
      mode == "nearest" && transformation == "asymmetric" && call.text("nearest_mode", "round_prefer_floor") == "floor";
  if ((!linear && !floored) || spatial < 2 || spatial > 3) return {};
  Shape size = x.sizes().slice(2).vec();
  for (const Axis& a : axes) {
    const bool exact = static_cast<double>(a.from) * a.scale == static_cast<double>(a.to);
    if (a.axis < 2 || !exact || a.to < a.from) return {};
    size[static_cast<std::size_t>(a.axis - 2)] = a.to;
  }
  if (spatial == 2) return linear ? at::upsample_bilinear2d(x, size, false) : at::upsample_nearest2d(x, size);
  return linear ? at::upsample_trilinear3d(x, size, false) : at::upsample_nearest3d(x, size);
}

std::vector<Axis> axes_of(const Call& call) {
  const at::Tensor x = call[0];
  Shape axes = call.integers("axes");
  if (axes.empty()) {
    for (std::int64_t i = 0; i < x.dim(); ++i) axes.push_back(i);
  }
  const bool sized = call.has(3) && call[3].numel() > 0;
  const at::Tensor roi = call.has(1) ? call[1].to(at::kDouble) : at::Tensor();
  const at::Tensor scales = sized ? at::Tensor() : call[call.inputs.size() == 2 ? 1 : 2].to(at::kDouble);
  const Shape sizes = sized ? call.integers(3) : Shape();
  const auto count = static_cast<std::int64_t>(axes.size());
  std::vector<Axis> all;
  for (std::int64_t i = 0; i < count; ++i) {
    Axis a{call.axis(axes[static_cast<std::size_t>(i)]), 0, 0, 1};
    a.from = x.size(a.axis);
    a.scale = sized ? static_cast<double>(sizes.at(static_cast<std::size_t>(i))) / static_cast<double>(a.from)
                    : scales[i].item().toDouble();
    a.to = sized ? sizes.at(static_cast<std::size_t>(i))
                 : static_cast<std::int64_t>(std::floor(static_cast<float>(a.from) * static_cast<float>(a.scale)));
    if (roi.defined() && roi.numel() == 2 * count) {
      a.roi_begin = roi[i].item().toDouble(), a.roi_end = roi[i + count].item().toDouble();
    }
    all.push_back(a);
  }
  return all;
}

/// keep_aspect_ratio_policy: one scale for all axes.
void keep_aspect(const Call& call, std::vector<Axis>& axes) {
  const std::string policy = call.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch" || axes.empty()) return;
  double scale = axes[0].scale;
  for (const Axis& a : axes) scale = policy == "not_larger" ? std::min(scale, a.scale) : std::max(scale, a.scale);
  for (Axis& a : axes) {
    a.scale = scale;
    a.to = static_cast<std::int64_t>(std::floor(scale * static_cast<double>(a.from) + 0.5));
  }
}

Values resize(const Call& call) {
  if (call.integer("antialias", 0) != 0) call.refuse("smooths while resizing (antialias), which galen-train does not");
  if (call.text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize" &&
      call.number("extrapolation_value", 0) != 0) {
    call.refuse("extrapolates by a value, which galen-train does not");
  }
  at::Tensor x = call[0];
  std::vector<Axis> axes = axes_of(call);
  keep_aspect(call, axes);
  axes.erase(std::remove_if(axes.begin(), axes.end(),
                            [](const Axis& a) { return a.from == a.to && a.scale == 1 && a.roi_begin == 0; }),
             axes.end());
  if (const at::Tensor fast = resize_fast(call, x, axes); fast.defined()) return {fast};
  const at::ScalarType type = x.scalar_type();
  const bool whole = !at::isFloatingType(type);
  if (whole) x = x.to(at::kFloat);
  for (const Axis& axis : axes) x = resize_axis(x, axis, taps_of(call, axis));
  return {whole ? x.to(type) : x};
}

}  // namespace

OperatorTable resize_operators() {
  return {{"Resize", resize}};
}

}  // namespace galen::torch_room
