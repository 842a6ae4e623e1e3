// Normalisations and Dropout, which depend on whether the network is in training mode.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "galen/train/torch/call.h"

namespace galen::torch_room {
namespace {

/// running = running * momentum + batch * (1 - momentum), with the population variance, as ONNX defines it.
at::Tensor moved(const at::Tensor& running, const at::Tensor& batch, double momentum) {
  return running * momentum + batch.to(running.scalar_type()) * (1 - momentum);
}

Values batch_norm(const Call& call) {
  const at::Tensor x = call[0], mean = call[3], variance = call[4];
  const double epsilon = call.number("epsilon", 1e-5f), momentum = call.number("momentum", 0.9f);
  const bool by_batch = call.context.train || call.integer("training_mode", 0) != 0;
  auto [y, batch_mean, inverse_deviation] = at::native_batch_norm(
      x, call[1], call[2], by_batch ? at::Tensor() : mean, by_batch ? at::Tensor() : variance, by_batch, 0, epsilon);
  if (!by_batch) return {y};
  const at::NoGradGuard no_gradient;
  const at::Tensor new_mean = moved(mean, batch_mean, momentum);
  const at::Tensor new_variance = moved(variance, inverse_deviation.pow(-2) - epsilon, momentum);
  if (call.context.moved != nullptr) {
    call.context.moved->emplace_back(mean, new_mean);
    call.context.moved->emplace_back(variance, new_variance);
  }
  if (call.node.outputs.size() == 1) return {y};
  return {y, new_mean, new_variance};
}

/// ATen has no instance norm kernel. The fastest substitute on the CPU with channels last is a batch norm per sample
/// (the group norm's gradient is 10 times as slow there), else a group norm with one group per channel.
Values instance_norm(const Call& call) {
  const at::Tensor x = call[0];
  const double epsilon = call.number("epsilon", 1e-5f);
  if (x.dim() < 4 || x.is_contiguous() || !x.device().is_cpu()) {
    return {at::group_norm(x, x.size(1), call[1], call[2], epsilon)};
  }
  std::vector<at::Tensor> samples = x.split(1);
  for (at::Tensor& sample : samples) {
    sample = std::get<0>(at::native_batch_norm(sample, call[1], call[2], {}, {}, /*training=*/true, 0, epsilon));
  }
  return {samples.size() == 1 ? samples.front() : at::cat(samples)};
}

Values group_norm(const Call& call) {
  const at::Tensor x = call[0], scale = call[1], bias = call[2];
  const std::int64_t groups = call.integer("num_groups", 1);
  const double epsilon = call.number("epsilon", 1e-5f);
  if (scale.numel() == x.size(1)) return {at::group_norm(x, groups, scale, bias, epsilon)};
  // Opsets 18 to 20 have one scale and one bias per group.
  const std::int64_t each = x.size(1) / groups;
  return {at::group_norm(x, groups, scale.repeat_interleave(each), bias.repeat_interleave(each), epsilon)};
}

Values layer_norm(const Call& call) {
  const at::Tensor x = call.wide(0);
  const std::int64_t axis = call.axis(call.integer("axis", -1));
  const auto shape = x.sizes().slice(static_cast<std::size_t>(axis));
  const auto fit = [&](const at::Tensor& t) { return t.defined() ? t.expand(shape) : t; };
  auto [y, mean, inverse] =
      at::native_layer_norm(x, shape, fit(call.optional(1)), fit(call.optional(2)), call.number("epsilon", 1e-5f));
  return {y, mean, inverse};
}

Values dropout(const Call& call) {
  const at::Tensor x = call[0];
  const bool asked = call.has(2) && call.number(2) != 0;
  const double ratio = call.has(1) ? call.number(1) : call.number("ratio", 0.5f);
  if ((!call.context.train && !asked) || ratio == 0) return {x, at::ones_like(x, at::kBool)};
  const at::Tensor keep = at::empty_like(x, at::kBool).bernoulli_(1 - ratio, call.context.generator);
  return {x * keep / (1 - ratio), keep};
}

}  // namespace

OperatorTable normalisation_operators() {
  return {{"BatchNormalization", batch_norm},
          {"InstanceNormalization", instance_norm},
          {"GroupNormalization", group_norm},
          {"LayerNormalization", layer_norm},
          {"Dropout", dropout}};
}

}  // namespace galen::torch_room
