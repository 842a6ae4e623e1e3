// Elementwise operators.
#include <algorithm>

#include "galen/graph/onnx_format.h"
#include "galen/graph/rules.h"

namespace galen::rules {
namespace {

std::optional<Dims> dims_of(const Call& call, std::size_t i) {
  const Dims* found = call.dims(i);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<Dims> broadcast_all(const Call& call) {
  std::optional<Dims> out = dims_of(call, 0);
  for (std::size_t i = 1; i < call.input_count() && out; ++i) {
    const Dims* other = call.dims(i);
    if (other == nullptr) return std::nullopt;
    out = broadcast(call, *out, *other);
  }
  return out;
}

std::optional<std::int64_t> apply(const std::string& op, std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (op == "Add") return __builtin_add_overflow(a, b, &out) ? std::nullopt : std::optional(out);
  if (op == "Sub") return __builtin_sub_overflow(a, b, &out) ? std::nullopt : std::optional(out);
  if (op == "Mul") return __builtin_mul_overflow(a, b, &out) ? std::nullopt : std::optional(out);
  if (op == "Div" && b != 0 && b != -1) return a / b;
  if (op == "Equal") return a == b ? 1 : 0;
  return std::nullopt;
}

// Computes known integers for operands of equal length, or if one is a single number.
void follow(Call& call) {
  const Numbers *a = call.numbers(0), *b = call.numbers(1);
  const auto& dims = call.output().dims;
  if (a == nullptr || b == nullptr || !dims || dims->size() > 1) return;
  const std::size_t count = std::max(a->size(), b->size());
  if ((a->size() != count && a->size() != 1) || (b->size() != count && b->size() != 1)) return;
  Numbers out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto &left = (*a)[a->size() == 1 ? 0 : i], &right = (*b)[b->size() == 1 ? 0 : i];
    if (left && right) out[i] = apply(call.node().op, *left, *right);
  }
  call.output().numbers = std::move(out);
}

}  // namespace

void same(Call& call) {
  call.set(call.type(0), dims_of(call, 0));
  if (call.node().op == "Identity") {
    if (const Numbers* numbers = call.numbers(0)) call.output().numbers = *numbers;
    if (const Tensor* constant = call.constant(0)) call.output().constant = *constant;
  }
}

void same_float(Call& call) {
  call.require_type(0, is_float, "a float");
  same(call);
}

void arithmetic(Call& call) {
  call.require_same_type(0, 1);
  call.set(call.type(0) ? call.type(0) : call.type(1), broadcast_all(call));
  follow(call);
}

void comparison(Call& call) {
  call.require_same_type(0, 1);
  call.set(Scalar::boolean, broadcast_all(call));
  follow(call);
}

void logic(Call& call) {
  call.require_type(0, is_boolean, "bool");
  call.require_type(1, is_boolean, "bool");
  call.set(Scalar::boolean, broadcast_all(call));
}

void logical_not(Call& call) {
  call.require_type(0, is_boolean, "bool");
  same(call);
}

void is_special(Call& call) {
  call.set(Scalar::boolean, dims_of(call, 0));
}

void variadic(Call& call) {
  for (std::size_t i = 1; i < call.input_count(); ++i) call.require_same_type(0, i);
  call.set(call.type(0), broadcast_all(call));
}

void power(Call& call) {
  call.set(call.type(0), broadcast_all(call));
}

void choose(Call& call) {
  call.require_type(0, is_boolean, "bool");
  call.require_same_type(1, 2);
  call.set(call.type(1) ? call.type(1) : call.type(2), broadcast_all(call));
  const Numbers *condition = call.numbers(0), *yes = call.numbers(1), *no = call.numbers(2);
  if (condition == nullptr || yes == nullptr || no == nullptr) return;
  if (condition->size() != yes->size() || condition->size() != no->size()) return;
  Numbers out(condition->size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if ((*condition)[i]) out[i] = *(*condition)[i] != 0 ? (*yes)[i] : (*no)[i];
  }
  call.output().numbers = std::move(out);
}

void cast(Call& call) {
  const Scalar type = onnx::scalar_of_data_type(call.attribute("to", 0), call.node().label());
  call.set(type, dims_of(call, 0));
  if (is_integer(type) && call.type(0) && !is_float(*call.type(0))) {
    if (const Numbers* numbers = call.numbers(0)) call.output().numbers = *numbers;
  }
}

void cast_like(Call& call) {
  call.set(call.type(1), dims_of(call, 0));
}

void dropout(Call& call) {
  call.require_type(0, is_float, "a float");
  same(call);
  call.set(1, Scalar::boolean, dims_of(call, 0));
}

void prelu(Call& call) {
  call.require_same_type(0, 1);
  const Dims *x = call.dims(0), *slope = call.dims(1);
  if (x != nullptr && slope != nullptr) {  // the slope is broadcast to x, never x to the slope
    const Dims both = broadcast(call, *x, *slope);
    if (both.size() != x->size()) call.refuse("has a slope that does not fit", to_string(*slope));
  }
  same(call);
}

}  // namespace galen::rules
