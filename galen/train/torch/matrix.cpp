// Matrix products.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "galen/train/torch/call.h"

namespace galen::torch_room {
namespace {

Values matmul(const Call& call) {
  return {at::matmul(call.factor(0), call.factor(1))};
}

Values gemm(const Call& call) {
  at::Tensor a = call.factor(0), b = call.factor(1);
  if (call.integer("transA", 0) != 0) a = a.t();
  if (call.integer("transB", 0) != 0) b = b.t();
  const double alpha = call.number("alpha", 1), beta = call.number("beta", 1);
  at::Tensor y = at::matmul(a, b);
  if (alpha != 1) y = y * alpha;
  if (!call.has(2) || beta == 0) return {y};
  const at::Tensor c = call.factor(2);
  return {y + (beta == 1 ? c : c * beta)};
}

Values einsum(const Call& call) {
  Values factors;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) factors.push_back(call.factor(i));
  return {at::einsum(call.text("equation", ""), factors)};
}

}  // namespace

OperatorTable matrix_operators() {
  return {{"MatMul", matmul}, {"Gemm", gemm}, {"Einsum", einsum}};
}

}  // namespace galen::torch_room
