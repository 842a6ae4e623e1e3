// Elementwise functions, and arithmetic with broadcasting.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

#include "galen/train/torch/call.h"

namespace galen::torch_room {
namespace {

/// One operand; of_one_wide: in f32 under autocast.
template <auto function>
Values of_one(const Call& call) {
  return {function(call[0])};
}
template <auto function>
Values of_one_wide(const Call& call) {
  return {function(call.wide(0))};
}

using Unary = at::Tensor(const at::Tensor&);

Values add(const Call& call) {
  return {at::add(call[0], call[1])};
}
Values sub(const Call& call) {
  return {at::sub(call[0], call[1])};
}
Values mul(const Call& call) {
  return {at::mul(call[0], call[1])};
}
Values div(const Call& call) {
  const bool whole = !at::isFloatingType(call[0].scalar_type());
  return {whole ? at::div(call[0], call[1], "trunc") : at::div(call[0], call[1])};
}
Values mod(const Call& call) {
  return {call.integer("fmod", 0) != 0 ? at::fmod(call[0], call[1]) : at::remainder(call[0], call[1])};
}
Values power(const Call& call) {
  const at::Tensor x = call.wide(0), exponent = call[1];
  // A single exponent is passed as a number: no derivative by it is needed, and squares are fast.
  if (exponent.numel() == 1 && !exponent.requires_grad() && exponent.dim() <= x.dim() &&
      at::isFloatingType(x.scalar_type())) {
    return {at::pow(x, exponent.item())};
  }
  return {at::pow(x, exponent).to(x.scalar_type())};
}

template <auto function>
Values folded(const Call& call) {
  at::Tensor all = call[0];
  for (std::size_t i = 1; i < call.inputs.size(); ++i) all = function(all, call[i]);
  return {all};
}
at::Tensor plus(const at::Tensor& a, const at::Tensor& b) {
  return at::add(a, b);
}
Values mean(const Call& call) {
  return {folded<plus>(call)[0] / static_cast<double>(call.inputs.size())};
}
at::Tensor smaller(const at::Tensor& a, const at::Tensor& b) {
  return at::minimum(a, b);
}
at::Tensor larger(const at::Tensor& a, const at::Tensor& b) {
  return at::maximum(a, b);
}

Values leaky_relu(const Call& call) {
  return {at::leaky_relu(call[0], call.number("alpha", 0.01f))};
}
Values prelu(const Call& call) {
  const at::Tensor x = call[0], slope = call[1];
  return {at::where(x > 0, x, x * slope)};
}
Values elu(const Call& call) {
  return {at::elu(call[0], call.number("alpha", 1))};
}
Values celu(const Call& call) {
  return {at::celu(call[0], call.number("alpha", 1))};
}
Values selu(const Call& call) {
  const double alpha = call.number("alpha", 1.67326319217681884765625f), gamma = call.number("gamma", 1.0507010221f);
  return {at::elu(call[0], alpha, gamma)};
}
Values gelu(const Call& call) {
  return {at::gelu(call[0], call.text("approximate", "none"))};
}
Values softplus(const Call& call) {
  return {at::softplus(call.wide(0), 1, 30)};
}
Values hard_sigmoid(const Call& call) {
  return {at::clamp(call[0] * call.number("alpha", 0.2f) + call.number("beta", 0.5f), 0, 1)};
}
Values swish(const Call& call) {
  return {call[0] * at::sigmoid(call[0] * call.number("alpha", 1))};
}
Values thresholded_relu(const Call& call) {
  return {at::threshold(call[0], call.number("alpha", 1), 0)};
}
at::Tensor softsign(const at::Tensor& x) {
  return x / (1 + x.abs());
}

Values clip(const Call& call) {
  const at::Tensor x = call[0];
  const auto bound = [&](std::size_t input, const char* key) -> std::optional<at::Scalar> {
    if (call.has(input)) return call[input].item();
    if (call.has_attribute(key)) return at::Scalar(call.number(key, 0));
    return std::nullopt;
  };
  const std::optional<at::Scalar> low = bound(1, "min"), high = bound(2, "max");
  if (!low && !high) return {x};
  return {at::clamp(x, low, high)};
}

template <auto function>
Values along_axis(const Call& call) {
  const at::Tensor x = call.wide(0);
  const std::int64_t axis = call.axis(call.integer("axis", call.context.opset >= 13 ? -1 : 1));
  if (call.context.opset >= 13) return {function(x, axis, std::nullopt)};
  // Before opset 13, all axes from this one on are treated as one.
  const at::Tensor rows = axis == 0 ? x.reshape({1, -1}) : x.flatten(0, axis - 1).flatten(1);
  return {function(rows, 1, std::nullopt).reshape(x.sizes())};
}
at::Tensor soft_max(const at::Tensor& x, std::int64_t axis, std::optional<at::ScalarType> type) {
  return at::softmax(x, axis, type);
}
at::Tensor log_soft_max(const at::Tensor& x, std::int64_t axis, std::optional<at::ScalarType> type) {
  return at::log_softmax(x, axis, type);
}

}  // namespace

OperatorTable pointwise_operators() {
  return {{"Add", add},
          {"Sub", sub},
          {"Mul", mul},
          {"Div", div},
          {"Mod", mod},
          {"Pow", power},
          {"Sum", folded<plus>},
          {"Mean", mean},
          {"Min", folded<smaller>},
          {"Max", folded<larger>},
          {"Abs", of_one<static_cast<Unary*>(at::abs)>},
          {"Neg", of_one<static_cast<Unary*>(at::neg)>},
          {"Sign", of_one<static_cast<Unary*>(at::sign)>},
          {"Floor", of_one<static_cast<Unary*>(at::floor)>},
          {"Ceil", of_one<static_cast<Unary*>(at::ceil)>},
          {"Round", of_one<static_cast<Unary*>(at::round)>},
          {"Reciprocal", of_one_wide<static_cast<Unary*>(at::reciprocal)>},
          {"Sqrt", of_one_wide<static_cast<Unary*>(at::sqrt)>},
          {"Exp", of_one_wide<static_cast<Unary*>(at::exp)>},
          {"Log", of_one_wide<static_cast<Unary*>(at::log)>},
          {"Erf", of_one_wide<static_cast<Unary*>(at::erf)>},
          {"Sin", of_one_wide<static_cast<Unary*>(at::sin)>},
          {"Cos", of_one_wide<static_cast<Unary*>(at::cos)>},
          {"Tan", of_one_wide<static_cast<Unary*>(at::tan)>},
          {"Asin", of_one_wide<static_cast<Unary*>(at::asin)>},
          {"Acos", of_one_wide<static_cast<Unary*>(at::acos)>},
          {"Atan", of_one_wide<static_cast<Unary*>(at::atan)>},
          {"Sinh", of_one_wide<static_cast<Unary*>(at::sinh)>},
          {"Cosh", of_one_wide<static_cast<Unary*>(at::cosh)>},
          {"Tanh", of_one<static_cast<Unary*>(at::tanh)>},
          {"Sigmoid", of_one<static_cast<Unary*>(at::sigmoid)>},
          {"Relu", of_one<static_cast<Unary*>(at::relu)>},
          {"LeakyRelu", leaky_relu},
          {"PRelu", prelu},
          {"Elu", elu},
          {"Celu", celu},
          {"Selu", selu},
          {"Gelu", gelu},
          {"Mish", of_one<static_cast<Unary*>(at::mish)>},
          {"Swish", swish},
          {"Softplus", softplus},
          {"Softsign", of_one<softsign>},
          {"HardSigmoid", hard_sigmoid},
          {"HardSwish", of_one<static_cast<Unary*>(at::hardswish)>},
          {"ThresholdedRelu", thresholded_relu},
          {"Clip", clip},
          {"Softmax", along_axis<soft_max>},
          {"LogSoftmax", along_axis<log_soft_max>}};
}

}  // namespace galen::torch_room
