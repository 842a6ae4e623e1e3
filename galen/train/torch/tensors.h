#pragma once
// Conversion of tensors between Galen and ATen.
#include <ATen/core/Tensor.h>

#include "galen/base/tensor.h"

namespace galen::torch_room {

at::ScalarType torch_type(Scalar type);
/// Errors: a type that Galen's tensors do not have (complex, quantised).
Scalar galen_type(at::ScalarType type);

/// Shares the memory and keeps it alive as long as the result, which must not be written to.
at::Tensor to_torch(const Tensor& tensor);
/// Row-major on the CPU. Shares the memory if there is no other owner, else copies.
Tensor to_galen(const at::Tensor& tensor);

}  // namespace galen::torch_room
