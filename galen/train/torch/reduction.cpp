// Reductions, searches along an axis, and cumulative sums.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <functional>

#include "galen/train/torch/call.h"

namespace galen::torch_room {
namespace {

at::Tensor sum(const at::Tensor& x, const Shape& axes, bool keep) {
  return at::sum(x, axes, keep, x.scalar_type());
}
at::Tensor mean(const at::Tensor& x, const Shape& axes, bool keep) {
  if (at::isFloatingType(x.scalar_type())) return at::mean(x, axes, keep);
  return at::mean(x.to(at::kDouble), axes, keep).to(x.scalar_type());
}
at::Tensor largest(const at::Tensor& x, const Shape& axes, bool keep) {
  return at::amax(x, axes, keep);
}
at::Tensor smallest(const at::Tensor& x, const Shape& axes, bool keep) {
  return at::amin(x, axes, keep);
}
at::Tensor product(const at::Tensor& x, const Shape& axes, bool keep) {
  at::Tensor y = x;
  Shape falling = axes;
  std::sort(falling.begin(), falling.end(), std::greater<>());
  for (const std::int64_t axis : falling) y = at::prod(y, axis, keep, x.scalar_type());
  return y;
}
at::Tensor norm1(const at::Tensor& x, const Shape& axes, bool keep) {
  return sum(at::abs(x), axes, keep);
}
at::Tensor sum_square(const at::Tensor& x, const Shape& axes, bool keep) {
  return sum(x * x, axes, keep);
}
at::Tensor norm2(const at::Tensor& x, const Shape& axes, bool keep) {
  // Its gradient at a vector of zeros is zero, whereas that of a square root is NaN.
  if (at::isFloatingType(x.scalar_type())) return at::linalg_vector_norm(x, 2, axes, keep);
  return at::sqrt(sum_square(x, axes, keep)).to(x.scalar_type());
}
at::Tensor log_sum(const at::Tensor& x, const Shape& axes, bool keep) {
  return at::log(sum(x, axes, keep));
}
at::Tensor log_sum_exp(const at::Tensor& x, const Shape& axes, bool keep) {
  return at::logsumexp(x, axes, keep);
}

/// axes are an attribute or, in newer opsets, input 1. Without axes, all are reduced, or none if the node has
/// noop_with_empty_axes.
template <auto function>
Values reduce(const Call& call) {
  const at::Tensor x = call.wide(0);
  Shape axes = call.integers("axes", 1);
  for (std::int64_t& axis : axes) axis = call.axis(axis);
  if (axes.empty()) {
    if (call.integer("noop_with_empty_axes", 0) != 0) return {x};
    for (std::int64_t i = 0; i < x.dim(); ++i) axes.push_back(i);
  }
  return {function(x, axes, call.integer("keepdims", 1) != 0)};
}

template <auto function>
Values arg(const Call& call) {
  const at::Tensor x = call[0];
  const std::int64_t axis = call.axis(call.integer("axis", 0));
  const bool keep = call.integer("keepdims", 1) != 0;
  if (call.integer("select_last_index", 0) == 0) return {function(x, axis, keep)};
  return {x.size(axis) - 1 - function(at::flip(x, {axis}), axis, keep)};
}
at::Tensor arg_max(const at::Tensor& x, std::int64_t axis, bool keep) {
  return at::argmax(x, axis, keep);
}
at::Tensor arg_min(const at::Tensor& x, std::int64_t axis, bool keep) {
  return at::argmin(x, axis, keep);
}

Values top_k(const Call& call) {
  const std::int64_t count = call.integers(1).at(0), axis = call.axis(call.integer("axis", -1));
  auto [values, places] =
      at::topk(call[0], count, axis, call.integer("largest", 1) != 0, call.integer("sorted", 1) != 0);
  return {values, places};
}

Values cumulative_sum(const Call& call) {
  const std::int64_t axis = call.axis(call.integers(1).at(0));
  const bool reverse = call.integer("reverse", 0) != 0;
  const at::Tensor x = reverse ? at::flip(call[0], {axis}) : call[0];
  at::Tensor y = at::cumsum(x, axis, x.scalar_type());
  if (call.integer("exclusive", 0) != 0) {  // each place takes the sum up to the one before it
    Shape one = x.sizes().vec();
    one[static_cast<std::size_t>(axis)] = 1;
    y = at::cat({at::zeros(one, x.options()), y}, axis).narrow(axis, 0, x.size(axis));
  }
  return {reverse ? at::flip(y, {axis}) : y};
}

}  // namespace

OperatorTable reduction_operators() {
  return {{"ReduceSum", reduce<sum>},
          {"ReduceMean", reduce<mean>},
          {"ReduceMax", reduce<largest>},
          {"ReduceMin", reduce<smallest>},
          {"ReduceProd", reduce<product>},
          {"ReduceL1", reduce<norm1>},
          {"ReduceL2", reduce<norm2>},
          {"ReduceSumSquare", reduce<sum_square>},
          {"ReduceLogSum", reduce<log_sum>},
          {"ReduceLogSumExp", reduce<log_sum_exp>},
          {"ArgMax", arg<arg_max>},
          {"ArgMin", arg<arg_min>},
          {"TopK", top_k},
          {"CumSum", cumulative_sum}};
}

}  // namespace galen::torch_room
