// Operators that select elements by index.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "galen/train/torch/call.h"

namespace galen::torch_room {
namespace {

/// Indices without negative values (which count from the end), as ATen needs them.
at::Tensor from_front(const at::Tensor& indices, std::int64_t extent, const at::Tensor& beside) {
  const at::Tensor wide = indices.to(beside.device(), at::kLong);
  return at::where(wide < 0, wide + extent, wide);
}

Values gather(const Call& call) {
  const at::Tensor x = call[0];
  const std::int64_t axis = call.axis(call.integer("axis", 0));
  const at::Tensor indices = from_front(call[1], x.size(axis), x);
  Shape shape = x.sizes().vec();
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin() + axis, indices.sizes().begin(), indices.sizes().end());
  return {x.index_select(axis, indices.reshape({-1})).reshape(shape)};
}

Values gather_elements(const Call& call) {
  const std::int64_t axis = call.axis(call.integer("axis", 0));
  return {at::gather(call[0], axis, from_front(call[1], call[0].size(axis), call[0]))};
}

Values scatter_elements(const Call& call) {
  const std::int64_t axis = call.axis(call.integer("axis", 0));
  const at::Tensor indices = from_front(call[1], call[0].size(axis), call[0]);
  const std::string reduction = call.text("reduction", "none");
  if (reduction == "none") return {at::scatter(call[0], axis, indices, call[2])};
  const std::string name = reduction == "add"   ? "sum"
                           : reduction == "mul" ? "prod"
                           : reduction == "max" ? "amax"
                                                : "amin";
  return {at::scatter_reduce(call[0], axis, indices, call[2], name)};
}

/// On a new axis, values[1] at the label's position and values[0] elsewhere, also for labels that are not a class.
Values one_hot(const Call& call) {
  const at::Tensor labels = call[0].to(at::kLong), values = call[2];
  const std::int64_t depth = call.integers(1).at(0), axis = call.axis(call.integer("axis", -1), labels.dim() + 1);
  const at::Tensor classes = at::arange(depth, labels.options());
  Shape shape(static_cast<std::size_t>(labels.dim() + 1), 1);
  shape[static_cast<std::size_t>(axis)] = depth;
  const at::Tensor hits = at::where(labels < 0, labels + depth, labels).unsqueeze(axis) == classes.reshape(shape);
  return {at::where(hits, values[1], values[0])};
}

Values triangle(const Call& call) {
  const std::int64_t diagonal = call.has(1) ? call.integers(1).at(0) : 0;
  return {call.integer("upper", 1) != 0 ? at::triu(call[0], diagonal) : at::tril(call[0], diagonal)};
}

Values non_zero(const Call& call) {
  return {at::nonzero(call[0]).t()};
}

}  // namespace

OperatorTable indexing_operators() {
  return {{"Gather", gather},
          {"GatherElements", gather_elements},
          {"ScatterElements", scatter_elements},
          {"OneHot", one_hot},
          {"Trilu", triangle},
          {"NonZero", non_zero}};
}

}  // namespace galen::torch_room
