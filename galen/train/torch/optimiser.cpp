#include "galen/train/torch/optimiser.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace galen::torch_room {
namespace {

struct Buffer {
  const char* prefix;
  NamedTensors* kept;
  const NamedTensors* owners;  // whose buffers these are
};

/// kept[name] = value, in the memory layout of what it belongs to.
void restore(NamedTensors& kept, const std::string& name, const NamedTensors& owners, const at::Tensor& value) {
  const auto owner = owners.find(name);
  if (owner == owners.end()) throw Error("state", "speaks of '" + name + "', which is no parameter");
  if (owner->second.sizes() != value.sizes()) {
    throw Error("state", "has '" + name + "' in shape " + to_string(value.sizes().vec()),
                "its own is " + to_string(owner->second.sizes().vec()));
  }
  kept[name] = at::empty_like(owner->second).copy_(value).set_requires_grad(false);
}

}  // namespace

double Optimiser::update(NamedTensors& parameters, const NamedTensors& statistics, const UpdateRule& rule) {
  const at::NoGradGuard no_gradient;
  Group matrices, vectors;
  Tensors gradients;
  for (auto& [name, parameter] : parameters) {
    if (!parameter.grad().defined()) continue;
    Group& group = parameter.dim() > 1 ? matrices : vectors;
    group.names.push_back(name);
    group.values.push_back(parameter);
    group.gradients.push_back(parameter.grad());
    gradients.push_back(parameter.grad());
  }
  if (gradients.empty()) return 0;
  if (rule.gradient_scale != 1) at::_foreach_mul_(gradients, rule.gradient_scale);
  const double norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients))).item().toDouble();
  if (std::isfinite(norm)) {
    if (rule.clip_norm > 0 && norm > rule.clip_norm) at::_foreach_mul_(gradients, rule.clip_norm / norm);
    ++updates_;
    if (rule.ema_decay > 0 && average_.empty()) {
      for (const NamedTensors* values : {&std::as_const(parameters), &statistics}) {
        for (const auto& [name, value] : *values) average_[name] = value.detach().clone();
      }
    }
    move(matrices, rule, rule.weight_decay);
    move(vectors, rule, 0);
    for (auto& [name, average] : average_) {
      const auto parameter = parameters.find(name);
      average.lerp_(parameter == parameters.end() ? statistics.at(name) : parameter->second, 1 - rule.ema_decay);
    }
  }
  for (auto& [name, parameter] : parameters) parameter.mutable_grad().reset();
  return norm;
}

Tensors Optimiser::buffers(NamedTensors& kept, const Group& group) {
  Tensors all;
  for (std::size_t i = 0; i < group.names.size(); ++i) {
    at::Tensor& buffer = kept[group.names[i]];
    if (!buffer.defined()) buffer = at::zeros_like(group.values[i]).set_requires_grad(false);
    all.push_back(buffer);
  }
  return all;
}

void Optimiser::move(Group& group, const UpdateRule& rule, double decay) {
  if (group.values.empty()) return;
  // The fused kernels walk memory, so gradients must lie as their parameters do.
  for (std::size_t i = 0; i < group.values.size(); ++i) {
    if (group.gradients[i].strides() == group.values[i].strides()) continue;
    group.gradients[i] = at::empty_like(group.values[i]).copy_(group.gradients[i]);
  }
  if (rule.method == UpdateRule::Method::sgd) {
    const bool heavy = rule.momentum > 0;
    at::_fused_sgd_(group.values, group.gradients, heavy ? buffers(momentum_, group) : Tensors(), decay, rule.momentum,
                    rule.learning_rate,
                    /*dampening=*/0, /*nesterov=*/heavy, /*maximize=*/false, /*is_first_step=*/false);
    return;
  }
  const at::Tensor count =
      at::full({}, static_cast<double>(updates_), at::TensorOptions(at::kFloat)).to(group.values.front().device());
  const Tensors counts(group.values.size(), count);
  at::_fused_adamw_(group.values, group.gradients, buffers(moment1_, group), buffers(moment2_, group), {}, counts,
                    rule.learning_rate, rule.beta1, rule.beta2, decay, rule.epsilon, /*amsgrad=*/false,
                    /*maximize=*/false);
}

NamedTensors Optimiser::state(const NamedTensors& parameters) const {
  NamedTensors state{{"updates", at::scalar_tensor(updates_, at::kLong)}};
  const auto put = [&](const std::string& prefix, const NamedTensors& kept) {
    for (const auto& [name, value] : kept) state[prefix + name] = value;
  };
  put("momentum/", momentum_), put("moment1/", moment1_), put("moment2/", moment2_), put("average/", average_);
  for (const auto& [name, parameter] : parameters) {
    if (parameter.grad().defined()) state["gradient/" + name] = parameter.grad();
  }
  return state;
}

void Optimiser::load_state(NamedTensors& parameters, const NamedTensors& statistics, const NamedTensors& state) {
  NamedTensors averaged = parameters;
  averaged.insert(statistics.begin(), statistics.end());
  NamedTensors gradients, momentum, moment1, moment2, average;
  const Buffer buffers[] = {{"momentum/", &momentum, &parameters},
                            {"moment1/", &moment1, &parameters},
                            {"moment2/", &moment2, &parameters},
                            {"average/", &average, &averaged},
                            {"gradient/", &gradients, &parameters}};
  for (const auto& [name, value] : state) {
    for (const Buffer& buffer : buffers) {
      const std::string prefix = buffer.prefix;
      if (name.rfind(prefix, 0) == 0) restore(*buffer.kept, name.substr(prefix.size()), *buffer.owners, value);
    }
  }
  const auto updates = state.find("updates");
  if (updates == state.end()) throw Error("state", "lacks the count of updates");
  updates_ = updates->second.item().toLong();
  momentum_ = std::move(momentum), moment1_ = std::move(moment1), moment2_ = std::move(moment2);
  average_ = std::move(average);
  for (auto& [name, parameter] : parameters) {
    const auto found = gradients.find(name);
    parameter.mutable_grad() = found == gradients.end() ? at::Tensor() : found->second;
  }
}

}  // namespace galen::torch_room
