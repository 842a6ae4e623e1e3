#include "galen/train/torch/tensors.h"

#include <ATen/ops/from_blob.h>

#include <memory>
#include <string>

namespace galen::torch_room {
namespace {

struct Pair {
  Scalar galen;
  at::ScalarType torch;
};
constexpr Pair pairs[] = {
    {Scalar::u8, at::kByte},      {Scalar::i8, at::kChar},       {Scalar::u16, at::kUInt16}, {Scalar::i16, at::kShort},
    {Scalar::u32, at::kUInt32},   {Scalar::i32, at::kInt},       {Scalar::u64, at::kUInt64}, {Scalar::i64, at::kLong},
    {Scalar::f16, at::kHalf},     {Scalar::bf16, at::kBFloat16}, {Scalar::f32, at::kFloat},  {Scalar::f64, at::kDouble},
    {Scalar::boolean, at::kBool},
};

}  // namespace

at::ScalarType torch_type(Scalar type) {
  for (const Pair& pair : pairs) {
    if (pair.galen == type) return pair.torch;
  }
  throw defect("tensor", "has a type that ATen lacks: " + std::string(name_of(type)));
}

Scalar galen_type(at::ScalarType type) {
  for (const Pair& pair : pairs) {
    if (pair.torch == type) return pair.galen;
  }
  throw Error("tensor", std::string("has type ") + at::toString(type) + ", which Galen does not read");
}

at::Tensor to_torch(const Tensor& tensor) {
  Tensor keeper = tensor;
  void* data = keeper.bytes().data();
  return at::from_blob(data, tensor.shape(), [keeper](void*) {}, at::TensorOptions(torch_type(tensor.type())));
}

Tensor to_galen(const at::Tensor& tensor) {
  at::Tensor dense = tensor.detach().to(at::kCPU).contiguous();
  const Scalar type = galen_type(dense.scalar_type());
  const Shape shape = dense.sizes().vec();
  const auto bytes = reinterpret_cast<std::byte*>(dense.data_ptr());
  if (dense.numel() == 0) return Tensor(type, shape);
  const bool sole_owner = dense.storage().use_count() == 1;  // another owner might write to it later
  auto owner = std::make_shared<at::Tensor>(std::move(dense));
  Tensor shared(type, shape, owner, bytes);
  return sole_owner ? shared : shared.clone();
}

}  // namespace galen::torch_room
