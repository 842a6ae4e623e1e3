#include "galen/train/torch/dense_convolution.h"

#include <ATen/Parallel.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/from_blob.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "galen/train/torch/weight_gradient.h"

namespace galen::torch_room {
namespace {

/// Values for 2 or 3 spatial axes, extended to 3 by `otherwise` in front.
DenseConvolution::Extents in_3d(at::IntArrayRef values, std::int64_t otherwise) {
  DenseConvolution::Extents extents;
  extents.fill(otherwise);
  std::copy(values.begin(), values.end(), extents.end() - static_cast<std::ptrdiff_t>(values.size()));
  return extents;
}

/// The gradient with respect to the weights, in their shape [out, in, spatial...].
at::Tensor gradient_by_weight(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& dy,
                              at::IntArrayRef stride, at::IntArrayRef padding) {
  const at::Tensor x_last = x.movedim(1, -1).contiguous(), dy_last = dy.movedim(1, -1).contiguous();
  const at::IntArrayRef kernel = weight.sizes().slice(2);
  DenseConvolution c;
  c.batch = x.size(0), c.in = weight.size(1), c.out = weight.size(0);
  c.image = in_3d(x.sizes().slice(2), 1), c.result = in_3d(dy.sizes().slice(2), 1);
  c.kernel = in_3d(kernel, 1), c.stride = in_3d(stride, 1), c.pad = in_3d(padding, 0);
  auto sums = std::make_shared<std::vector<float>>(
      weight_gradient(c, x_last.const_data_ptr<float>(), dy_last.const_data_ptr<float>(), at::get_num_threads()));
  Shape shape = kernel.vec();
  shape.insert(shape.end(), {c.in, c.out});
  const at::Tensor by_place = at::from_blob(sums->data(), shape, [sums](void*) {}, weight.options());
  return at::empty_like(weight).copy_(by_place.movedim(-1, 0).movedim(-1, 1));
}

class DenseFunction : public torch::autograd::Function<DenseFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, at::IntArrayRef stride, at::IntArrayRef padding) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["bias"] = bias.has_value();
    const Shape ones(stride.size(), 1), zeros(stride.size(), 0);
    return at::convolution(x, weight, bias, stride, padding, ones, false, zeros, 1);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& changes) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const at::Tensor dy = changes[0].contiguous(x.suggest_memory_format());
    const Shape stride = context->saved_data["stride"].toIntVector();
    const Shape padding = context->saved_data["padding"].toIntVector();
    const Shape ones(stride.size(), 1), zeros(stride.size(), 0);
    at::Tensor by_x, by_weight, by_bias;
    if (x.requires_grad()) {
      by_x = std::get<0>(at::convolution_backward(dy, x, weight, std::nullopt, stride, padding, ones, false, zeros, 1,
                                                  {true, false, false}));
    }
    if (weight.requires_grad()) by_weight = gradient_by_weight(x, weight, dy, stride, padding);
    if (context->saved_data["bias"].toBool()) by_bias = dy.movedim(1, -1).flatten(0, -2).sum(0);
    return {by_x, by_weight, by_bias, {}, {}};
  }
};

}  // namespace

bool is_dense(const at::Tensor& x, const at::Tensor& weight, const Window& window) {
  const bool in_memory = x.device().is_cpu() && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
                         x.suggest_memory_format() != at::MemoryFormat::Contiguous &&
                         x.is_contiguous(x.suggest_memory_format());
  return in_memory && prefers_own_weight_gradient() && window.symmetric() && !window.dilated() &&
         x.size(1) == weight.size(1) && weight.size(0) % 8 == 0;
}

at::Tensor dense_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             const Window& window) {
  const std::optional<at::Tensor> given = bias.defined() ? std::optional(bias) : std::nullopt;
  return DenseFunction::apply(x, weight, given, at::IntArrayRef(window.stride), at::IntArrayRef(window.begin));
}

}  // namespace galen::torch_room
