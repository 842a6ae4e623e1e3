#pragma once
// A graph with its parameters as leaves of autograd.
#include <map>
#include <string>
#include <vector>

#include "galen/base/error.h"
#include "galen/train/torch/interpreter.h"
#include "galen/train/torch/optimiser.h"

namespace galen::torch_room {

class TorchTrainable final : public Trainable {
 public:
  /// Errors: unknown operator; a device that is not there.
  TorchTrainable(const Graph& graph, const TrainableOptions& options);

  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs,
                                    const std::vector<std::string>& taps) override;
  std::map<std::string, double> accumulate(const std::map<std::string, Tensor>& inputs, const std::string& loss,
                                           double scale, std::uint64_t seed) override;
  std::map<std::string, Tensor> gradients(const std::map<std::string, Tensor>& inputs, const std::string& output,
                                          const Tensor& weight,
                                          const std::vector<std::string>& with_respect_to) override;
  double update(const UpdateRule& rule) override;
  Graph graph(bool averaged) const override;
  std::map<std::string, Tensor> state() const override;
  void load_state(const std::map<std::string, Tensor>& state) override;

 private:
  /// A tensor of ours as the network wants it: type, device, memory layout.
  at::Tensor placed(const Tensor& tensor) const;
  /// Inputs and initialisers by name. Errors: an input that is missing (where required), or does not fit the graph.
  NamedTensors given(const std::map<std::string, Tensor>& inputs) const;
  Context context(bool train) const;
  at::Generator generator(std::uint64_t seed) const;

  Graph graph_;
  TrainableOptions options_;
  at::Device device_;
  Interpreter interpreter_;
  NamedTensors parameters_;  ///< leaves that require a gradient
  NamedTensors statistics_;  ///< running means and variances
  NamedTensors constants_;
  Optimiser optimiser_;
};

enum class Cuda { ready, no_libraries, no_device };
/// Loads libtorch's CUDA libraries where they stand beside its CPU ones, and looks for a device.
Cuda load_cuda();
/// Errors: no such device, or it is not there.
at::Device device_named(const std::string& name);
/// What is said of a device that cannot be used.
Error missing_device(const std::string& name, Cuda found);

}  // namespace galen::torch_room
