// Operators that move elements without changing them: reshaping, joining, slicing and padding.
#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "galen/train/torch/call.h"

namespace galen::torch_room {
namespace {

Values identity(const Call& call) {
  return {call[0]};
}

Values shape(const Call& call) {
  const Shape all = call[0].sizes().vec();
  const std::int64_t rank = call[0].dim();
  const auto clamp = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + rank : i, 0, rank); };
  const std::int64_t begin = clamp(call.integer("start", 0)), end = clamp(call.integer("end", rank));
  const Shape part(all.begin() + begin, all.begin() + std::max(begin, end));
  return {at::tensor(part, at::kLong)};
}

Values size(const Call& call) {
  return {at::scalar_tensor(call[0].numel(), at::kLong)};
}

Values reshape(const Call& call) {
  const at::Tensor x = call[0];
  Shape target = call.integers("shape", 1);
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && call.integer("allowzero", 0) == 0) target[i] = x.size(static_cast<std::int64_t>(i));
  }
  return {x.reshape(target)};
}

Values flatten(const Call& call) {
  const at::Tensor x = call[0];
  const std::int64_t given = call.integer("axis", 1), axis = given < 0 ? given + x.dim() : given;
  std::int64_t rows = 1;
  for (std::int64_t i = 0; i < axis; ++i) rows *= x.size(i);
  return {x.reshape({rows, x.numel() / std::max<std::int64_t>(rows, 1)})};
}

Values transpose(const Call& call) {
  Shape order = call.integers("perm");
  if (order.empty()) {
    for (std::int64_t i = call[0].dim(); i-- > 0;) order.push_back(i);
  }
  return {call[0].permute(order)};
}

Values squeeze(const Call& call) {
  Shape axes = call.integers("axes", 1);
  if (axes.empty()) return {call[0].squeeze()};
  for (const std::int64_t axis : axes) {
    if (call[0].size(call.axis(axis)) != 1) call.refuse(fmt::format("squeezes axis {}, which is not 1", axis));
  }
  return {call[0].squeeze(axes)};
}

Values unsqueeze(const Call& call) {
  Shape axes = call.integers("axes", 1);
  const std::int64_t rank = call[0].dim() + static_cast<std::int64_t>(axes.size());
  for (std::int64_t& axis : axes) axis = call.axis(axis, rank);
  std::sort(axes.begin(), axes.end());
  at::Tensor y = call[0];
  for (const std::int64_t axis : axes) y = y.unsqueeze(axis);
  return {y};
}

Values expand(const Call& call) {
  return {at::broadcast_to(call[0], at::infer_size(call[0].sizes(), call.integers(1)))};
}

Values tile(const Call& call) {
  return {call[0].repeat(call.integers(1))};
}

Values concat(const Call& call) {
  const std::int64_t axis = call.axis(call.integer("axis", 1));
  return {at::cat(call.inputs, axis)};
}

Values split(const Call& call) {
  const at::Tensor x = call[0];
  const std::int64_t axis = call.axis(call.integer("axis", 0)), extent = x.size(axis);
  Shape parts = call.integers("split", 1);
  if (parts.empty()) {
    const auto count = static_cast<std::int64_t>(call.node.outputs.size());
    const std::int64_t each = (extent + count - 1) / count;
    for (std::int64_t i = 0; i < count; ++i) parts.push_back(std::clamp<std::int64_t>(extent - i * each, 0, each));
  }
  return at::split_with_sizes(x, parts, axis);
}

/// Elements begin, begin + step, ... of one axis, up to end; begin and end as in ONNX's Slice.
at::Tensor slice_axis(const at::Tensor& x, std::int64_t axis, std::int64_t begin, std::int64_t end, std::int64_t step) {
  const std::int64_t extent = x.size(axis);
  const auto clamp = [&](std::int64_t i, std::int64_t low, std::int64_t high) {
    return std::clamp(i < 0 ? i + extent : i, low, high);
  };
  if (step > 0) return x.slice(axis, clamp(begin, 0, extent), clamp(end, 0, extent), step);
  const std::int64_t from = clamp(begin, 0, extent - 1);
  const std::int64_t to = end < -extent ? -1 : clamp(end, -1, extent - 1);
  const at::Tensor places = at::arange(from, std::min(to, from), step, at::TensorOptions(at::kLong));
  return x.index_select(axis, places.to(x.device()));
}

Values slice(const Call& call) {
  const Shape starts = call.integers("starts", 1), ends = call.integers("ends", 2);
  Shape axes = call.integers("axes", 3);
  const Shape steps = call.has(4) ? call.integers(4) : Shape(starts.size(), 1);
  if (axes.empty()) {
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    call.refuse("has starts, ends, axes and steps of different lengths");
  }
  at::Tensor y = call[0];
  for (std::size_t i = 0; i < starts.size(); ++i) {
    y = slice_axis(y, call.axis(axes[i]), starts[i], ends[i], steps[i]);
  }
  return {y};
}

/// For each element of an axis padded on both sides, the index of its source element.
at::Tensor border(const std::string& mode, std::int64_t extent, std::int64_t begin, std::int64_t end) {
  const at::Tensor places = at::arange(-begin, extent + end, at::TensorOptions(at::kLong));
  if (mode == "edge") return at::clamp(places, 0, extent - 1);
  if (mode == "wrap") return at::remainder(places, extent);
  const std::int64_t period = std::max<std::int64_t>(2 * (extent - 1), 1);
  const at::Tensor in_period = at::remainder(places, period);
  return at::minimum(in_period, period - in_period);
}

Values pad(const Call& call) {
  at::Tensor x = call[0];
  const Shape pads = call.integers("pads", 1);
  Shape axes = call.has(3) ? call.integers(3) : Shape();
  if (axes.empty()) {
    for (std::int64_t i = 0; i < x.dim(); ++i) axes.push_back(i);
  }
  if (pads.size() != 2 * axes.size()) call.refuse("has pads that do not fit its axes");
  const std::string mode = call.text("mode", "constant");
  Shape both(static_cast<std::size_t>(2 * x.dim()), 0);  // ATen counts from the last axis
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = call.axis(axes[i]), begin = pads[i], end = pads[i + axes.size()];
    if (mode == "constant") {
      const auto at = static_cast<std::size_t>(2 * (x.dim() - 1 - axis));
      both[at] = begin, both[at + 1] = end;
    } else if (begin != 0 || end != 0) {
      x = x.index_select(axis, border(mode, x.size(axis), begin, end).to(x.device()));
    }
  }
  if (mode != "constant") return {x};
  return {at::constant_pad_nd(x, both, call.has(2) ? call[2].item() : at::Scalar(call.number("value", 0)))};
}

Values depth_to_space(const Call& call) {
  const at::Tensor x = call[0];
  const std::int64_t n = call.integer("blocksize", 1), c = x.size(1) / (n * n), h = x.size(2), w = x.size(3);
  const bool by_depth = call.text("mode", "DCR") == "DCR";
  const at::Tensor blocks = by_depth ? x.reshape({x.size(0), n, n, c, h, w}).permute({0, 3, 4, 1, 5, 2})
                                     : x.reshape({x.size(0), c, n, n, h, w}).permute({0, 1, 4, 2, 5, 3});
  return {blocks.reshape({x.size(0), c, h * n, w * n})};
}

Values space_to_depth(const Call& call) {
  const at::Tensor x = call[0];
  const std::int64_t n = call.integer("blocksize", 1), c = x.size(1), h = x.size(2) / n, w = x.size(3) / n;
  const at::Tensor blocks = x.reshape({x.size(0), c, h, n, w, n}).permute({0, 3, 5, 1, 2, 4});
  return {blocks.reshape({x.size(0), c * n * n, h, w})};
}

}  // namespace

OperatorTable shape_operators() {
  return {{"Identity", identity},
          {"Shape", shape},
          {"Size", size},
          {"Reshape", reshape},
          {"Flatten", flatten},
          {"Transpose", transpose},
          {"Squeeze", squeeze},
          {"Unsqueeze", unsqueeze},
          {"Expand", expand},
          {"Tile", tile},
          {"Concat", concat},
          {"Split", split},
          {"Slice", slice},
          {"Pad", pad},
          {"DepthToSpace", depth_to_space},
          {"SpaceToDepth", space_to_depth}};
}

}  // namespace galen::torch_room
