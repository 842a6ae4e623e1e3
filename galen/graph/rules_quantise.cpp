// Quantised numbers: real = scale * (integer - zero point).
#include <fmt/format.h>

#include "galen/graph/onnx_format.h"
#include "galen/graph/rules.h"

namespace galen::rules {
namespace {

// Scale and zero point have the same shape: one number, one for each index along an axis, or (since opset 21) one for
// each block of block_size indices along it.
void require_scale(const Call& call) {
  call.require_type(1, is_float, "a float");
  const Dims *x = call.dims(0), *scale = call.dims(1), *zero = call.dims(2);
  if (scale != nullptr && zero != nullptr) {
    call.require_rank(2, scale->size(), scale->size());
    for (std::size_t i = 0; i < scale->size(); ++i) {
      if ((*scale)[i].fixed()) call.require_extent((*zero)[i], (*scale)[i].extent, "zero point has extent");
    }
  }
  if (x == nullptr || scale == nullptr || scale->empty() || product(*scale).extent == 1) return;
  const std::size_t axis = call.axis(call.attribute("axis", 1), x->size());
  const std::int64_t block = call.attribute("block_size", 0);
  if (block < 0) call.refuse(fmt::format("has block_size {}", block));
  if (block == 0) {
    call.require_rank(1, 1, 1);
    if ((*x)[axis].fixed()) call.require_extent(scale->front(), (*x)[axis].extent, "scale has extent");
    return;
  }
  call.require_rank(1, x->size(), x->size());
  for (std::size_t i = 0; i < x->size(); ++i) {
    const Dim& extent = (*x)[i];
    if (!extent.fixed()) continue;
    const std::int64_t blocks = extent.extent / block + (extent.extent % block != 0 ? 1 : 0);
    call.require_extent((*scale)[i], i == axis ? blocks : extent.extent, "scale has extent");
  }
}

std::optional<Scalar> declared_type(const Call& call) {
  const std::int64_t declared = call.attribute("output_dtype", 0);
  if (declared == 0) return std::nullopt;
  return onnx::scalar_of_data_type(declared, call.node().label());
}

// The same shapes as for the product of the floats that these integers represent.
void product_of(Call& call, Rule rule, std::size_t weight, std::optional<Scalar> type) {
  Facts factors[2];
  for (const std::size_t i : {0u, 1u}) {
    const std::size_t input = i == 0 ? 0 : weight;
    call.require_type(input, is_integer, "an integer");
    factors[i].type = Scalar::f32;
    if (const Dims* dims = call.dims(input)) factors[i].dims = *dims;
  }
  const Facts* inputs[] = {&factors[0], &factors[1]};
  Call floats(call.node(), inputs, call.opset());
  rule(floats);
  call.set(type, floats.output().dims);
}

}  // namespace

void quantise(Call& call) {
  require_scale(call);
  call.require_type(2, is_integer, "an integer");
  const std::optional<Scalar> type = call.has(2) ? call.type(2) : declared_type(call).value_or(Scalar::u8);
  same(call);
  call.output().type = type;
}

void dequantise(Call& call) {
  require_scale(call);
  call.require_type(0, is_integer, "an integer");
  if (call.has(2)) call.require_same_type(0, 2);
  const std::optional<Scalar> declared = declared_type(call);
  same(call);
  call.output().type = declared ? declared : call.type(1);
}

void dynamic_quantise(Call& call) {
  same_float(call);
  call.output().type = Scalar::u8;
  call.set(1, Scalar::f32, Dims{});
  call.set(2, Scalar::u8, Dims{});
}

void conv_integer(Call& call) {
  product_of(call, conv, 1, Scalar::i32);
}

void matmul_integer(Call& call) {
  product_of(call, matmul, 1, Scalar::i32);
}

// Inputs: x with its scale and zero point, w with its own, those of the output, bias.
void qlinear_conv(Call& call) {
  product_of(call, conv, 3, call.type(7));
}

void qlinear_matmul(Call& call) {
  product_of(call, matmul, 3, call.type(7));
}

}  // namespace galen::rules
