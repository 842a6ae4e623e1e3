#include "galen/train/torch/trainable.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <set>

#include "galen/base/threads.h"
#include "galen/train/torch/failure.h"
#include "galen/train/torch/parameters.h"
#include "galen/train/torch/tensors.h"

namespace galen::torch_room {
namespace {

std::vector<std::string> names_of(const std::vector<ValueInfo>& values) {
  std::vector<std::string> names;
  names.reserve(values.size());
  for (const ValueInfo& value : values) names.push_back(value.name);
  return names;
}

void check_input(const ValueInfo& info, const Tensor& tensor) {
  const std::string where = "input '" + info.name + "'";
  if (is_float(info.type) != is_float(tensor.type())) {
    throw Error(where, "has type " + std::string(name_of(tensor.type())),
                "the network wants " + std::string(name_of(info.type)));
  }
  bool fits = !info.ranked || info.dims.size() == tensor.shape().size();
  for (std::size_t i = 0; fits && i < info.dims.size(); ++i) {
    fits = !info.dims[i].fixed() || info.dims[i].extent == tensor.shape()[i];
  }
  if (!fits) throw Error(where, "has shape " + to_string(tensor.shape()), "the network's is another");
}

/// ATen's failures as errors of ours; those of operators are so already.
template <class F>
auto at_border(const std::string& what, F&& f) {
  at::set_num_threads(thread_count());
  try {
    return f();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    if (is_of_memory(failure)) throw memory_error(what, failure);
    throw Error(what, "fails", first_line(failure));
  }
}

/// A value as others know it: what autocast computed in bf16 is f32 to them.
Tensor as_declared(const at::Tensor& value, bool autocast) {
  return to_galen(autocast && value.scalar_type() == at::kBFloat16 ? value.to(at::kFloat) : value);
}

}  // namespace

TorchTrainable::TorchTrainable(const Graph& graph, const TrainableOptions& options)
    : graph_(with_wide_parameters(graph)),
      options_(options),
      device_(device_named(options.device)),
      interpreter_(graph_) {
  const std::set<std::string> parameters = parameters_of(graph_), statistics = statistics_of(graph_);
  for (const auto& [name, tensor] : graph_.initializers) {
    // Integers stay on the host: they say shapes and axes.
    const at::Tensor value = is_float(tensor.type()) ? placed(tensor).clone() : to_torch(tensor);
    if (parameters.count(name) > 0) {
      parameters_[name] = value.set_requires_grad(true);
    } else {
      (statistics.count(name) > 0 ? statistics_ : constants_)[name] = value;
    }
  }
}

at::Tensor TorchTrainable::placed(const Tensor& tensor) const {
  const at::Tensor value = to_torch(tensor);
  const bool is_double = options_.f64 && at::isFloatingType(value.scalar_type());
  const at::ScalarType type = is_double ? at::kDouble : value.scalar_type();
  if (!options_.channels_last || value.dim() < 4 || value.dim() > 5) return value.to(device_, type);
  // Copied even where both layouts are the same, for one channel: the strides must say which is meant.
  return value.to(device_, type, /*non_blocking=*/false, /*copy=*/true,
                  value.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::ChannelsLast3d);
}

NamedTensors TorchTrainable::given(const std::map<std::string, Tensor>& inputs) const {
  NamedTensors given;
  for (const ValueInfo& info : graph_.inputs) {
    const auto found = inputs.find(info.name);
    if (found == inputs.end()) continue;  // the interpreter says which node wants it, if any does
    check_input(info, found->second);
    given[info.name] = placed(found->second);
  }
  for (const auto& [name, tensor] : inputs) {
    if (given.count(name) == 0) throw Error("input '" + name + "'", "is not an input of the network");
  }
  for (const NamedTensors* values : {&parameters_, &statistics_, &constants_}) {
    given.insert(values->begin(), values->end());
  }
  return given;
}

Context TorchTrainable::context(bool train) const {
  Context context;
  context.opset = graph_.opset;
  context.train = train;
  context.bf16 = options_.bf16;
  context.f64 = options_.f64;
  return context;
}

at::Generator TorchTrainable::generator(std::uint64_t seed) const {
  at::Generator generator = at::globalContext().defaultGenerator(device_).clone();
  generator.set_current_seed(seed);
  return generator;
}

std::map<std::string, Tensor> TorchTrainable::run(const std::map<std::string, Tensor>& inputs,
                                                  const std::vector<std::string>& taps) {
  return at_border("network '" + graph_.name + "'", [&] {
    const at::NoGradGuard no_gradient;
    std::vector<std::string> wanted = names_of(graph_.outputs);
    wanted.insert(wanted.end(), taps.begin(), taps.end());
    NamedTensors values = interpreter_.run(given(inputs), wanted, context(false));
    std::map<std::string, Tensor> results;
    for (auto& [name, value] : values) {
      const at::Tensor owned = std::move(value);
      results[name] = as_declared(owned, options_.bf16);
    }
    return results;
  });
}

std::map<std::string, double> TorchTrainable::accumulate(const std::map<std::string, Tensor>& inputs,
                                                         const std::string& loss, double scale, std::uint64_t seed) {
  return at_border("network '" + graph_.name + "'", [&] {
    Context how = context(options_.train);
    std::vector<std::pair<at::Tensor, at::Tensor>> moved;
    how.moved = &moved;
    how.generator = generator(seed);
    std::vector<std::string> wanted{loss};
    for (const ValueInfo& output : graph_.outputs) {
      const bool may_be_scalar = !output.ranked || output.dims.empty();
      if (may_be_scalar && output.name != loss) wanted.push_back(output.name);
    }
    const NamedTensors values = interpreter_.run(given(inputs), wanted, how);
    std::map<std::string, double> scalars;
    for (const auto& [name, value] : values) {
      if (value.numel() == 1) scalars[name] = value.item().toDouble();
    }
    if (scalars.count(loss) == 0) throw Error("output '" + loss + "'", "is no scalar, so it cannot be the loss");
    if (!std::isfinite(scalars.at(loss))) {
      throw NonFiniteLoss("output '" + loss + "'", "is not finite", {},
                          "look for bad voxels, or take a lower learning rate");
    }
    const at::Tensor& end = values.at(loss);
    if (!end.requires_grad()) throw Error("output '" + loss + "'", "depends on no parameter that learns");
    end.backward(at::full_like(end, scale));
    const at::NoGradGuard no_gradient;
    for (auto& [statistic, next] : moved) statistic.copy_(next);
    return scalars;
  });
}

std::map<std::string, Tensor> TorchTrainable::gradients(const std::map<std::string, Tensor>& inputs,
                                                        const std::string& output, const Tensor& weight,
                                                        const std::vector<std::string>& with_respect_to) {
  return at_border("gradient of '" + output + "'", [&] {
    NamedTensors start = given(inputs);
    for (const std::string& name : with_respect_to) {
      const auto found = start.find(name);
      if (found == start.end() || parameters_.count(name) > 0) continue;
      if (!at::isFloatingType(found->second.scalar_type())) throw Error("value '" + name + "'", "is not of floats");
      found->second = found->second.detach().set_requires_grad(true);
    }
    Context how = context(options_.train);
    how.generator = generator(0);
    std::vector<std::string> wanted = with_respect_to;
    wanted.push_back(output);
    const NamedTensors values = interpreter_.run(start, wanted, how, {with_respect_to.begin(), with_respect_to.end()});
    Values sources;
    for (const std::string& name : with_respect_to) sources.push_back(values.at(name));
    const at::Tensor& end = values.at(output);
    const at::Tensor direction =
        weight.empty() ? at::ones_like(end) : placed(weight).to(end.scalar_type()).expand_as(end);
    std::map<std::string, Tensor> results;
    if (!end.requires_grad()) throw Error("value '" + output + "'", "depends on none of the values asked for");
    const Values found = torch::autograd::grad({end}, sources, {direction}, false, false, /*allow_unused=*/true);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      results[with_respect_to[i]] =
          as_declared(found[i].defined() ? found[i] : at::zeros_like(sources[i]), options_.bf16);
    }
    return results;
  });
}

double TorchTrainable::update(const UpdateRule& rule) {
  return at_border("update", [&] { return optimiser_.update(parameters_, statistics_, rule); });
}

Graph TorchTrainable::graph(bool averaged) const {
  Graph graph = graph_;
  NamedTensors values = averaged ? optimiser_.average() : NamedTensors();
  for (const NamedTensors* own : {&parameters_, &statistics_}) values.insert(own->begin(), own->end());
  for (const auto& [name, value] : values) {
    Tensor& initializer = graph.initializers.at(name);
    initializer = to_galen(value).clone().as(initializer.type());
  }
  return graph;
}

std::map<std::string, Tensor> TorchTrainable::state() const {
  NamedTensors all = optimiser_.state(parameters_);
  for (const auto& [name, value] : parameters_) all["parameter/" + name] = value;
  for (const auto& [name, value] : statistics_) all["statistic/" + name] = value;
  std::map<std::string, Tensor> state;
  for (const auto& [name, value] : all) state[name] = to_galen(value).clone();
  return state;
}

void TorchTrainable::load_state(const std::map<std::string, Tensor>& state) {
  at_border("state", [&] {
    const at::NoGradGuard no_gradient;
    NamedTensors all;
    for (const auto& [name, tensor] : state) all[name] = to_torch(tensor);
    const auto restore = [&](const std::string& prefix, NamedTensors& values) {
      for (auto& [name, value] : values) {
        const auto found = all.find(prefix + name);
        if (found == all.end())
          throw Error("state", fmt::format("lacks '{}{}'", prefix, name), "it is of another network");
        if (found->second.sizes() != value.sizes()) {
          throw Error("state", "has '" + name + "' in another shape", "it is of another network");
        }
        value.copy_(found->second);
      }
    };
    restore("parameter/", parameters_);
    restore("statistic/", statistics_);
    optimiser_.load_state(parameters_, statistics_, all);
    return 0;
  });
}

}  // namespace galen::torch_room
