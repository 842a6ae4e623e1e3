// Constants from attributes, and conversions of type.
#include <ATen/Functions.h>
#include <fmt/format.h>

#include "galen/train/torch/call.h"
#include "galen/train/torch/tensors.h"

namespace galen::torch_room {
namespace {

/// TensorProto.DataType of ONNX.
at::ScalarType onnx_type(const Call& call, std::int64_t number) {
  constexpr std::pair<std::int64_t, at::ScalarType> types[] = {
      {1, at::kFloat},   {2, at::kByte},    {3, at::kChar},     {4, at::kUInt16}, {5, at::kShort},
      {6, at::kInt},     {7, at::kLong},    {9, at::kBool},     {10, at::kHalf},  {11, at::kDouble},
      {12, at::kUInt32}, {13, at::kUInt64}, {16, at::kBFloat16}};
  for (const auto& [onnx, torch] : types) {
    if (onnx == number) return call.held(torch);
  }
  call.refuse(fmt::format("casts to ONNX type {}, which Galen does not know", number));
}

Values cast(const Call& call) {
  return {call[0].to(onnx_type(call, call.integer("to", 1)))};
}
Values cast_like(const Call& call) {
  return {call[0].to(call[1].scalar_type())};
}

Values constant(const Call& call) {
  const auto held = [&](const at::Tensor& value) { return Values{value.to(call.held(value.scalar_type()))}; };
  for (const auto& [key, value] : call.node.attributes) {
    if (const auto* tensor = std::get_if<Tensor>(&value)) return held(to_torch(*tensor));
    if (const auto* number = std::get_if<float>(&value)) return held(at::scalar_tensor(*number, at::kFloat));
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return held(at::scalar_tensor(*integer, at::kLong));
    if (const auto* list = std::get_if<std::vector<float>>(&value)) return held(at::tensor(*list, at::kFloat));
    if (const auto* list = std::get_if<Shape>(&value)) return held(at::tensor(*list, at::kLong));
  }
  call.refuse("has no value that Galen reads");
}

Values constant_of_shape(const Call& call) {
  const Tensor value = call.node.attribute("value", Tensor::scalar(0.0f).reshaped({1}));
  const at::Tensor filled = to_torch(value).reshape({});
  return {at::full(call.integers(0), filled.item(), call.held(filled.scalar_type()))};
}

Values range(const Call& call) {
  return {at::arange(call[0].item(), call[1].item(), call[2].item(), call[0].options())};
}

}  // namespace

OperatorTable constant_operators() {
  return {{"Cast", cast},
          {"CastLike", cast_like},
          {"Constant", constant},
          {"ConstantOfShape", constant_of_shape},
          {"Range", range}};
}

}  // namespace galen::torch_room
