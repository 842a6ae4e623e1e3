#pragma once
// The interface for differentiating a graph: training, fine-tuning, gradient-based explanations.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "galen/base/tensor.h"
#include "galen/graph/graph.h"

namespace galen {

struct TrainableOptions {
  bool train = true;  ///< BatchNormalization and Dropout behave as in training
  bool bf16 = false;  ///< autocast of convolutions and matrix products
  bool channels_last = true;
  bool f64 = false;            ///< everything in double precision, for gradient checks
  std::string device = "cpu";  ///< "cpu", "cuda", "cuda:1"
};

/// How one update changes the parameters, given the gradients accumulated since the last.
struct UpdateRule {
  enum class Method { adamw, sgd } method = Method::sgd;
  double learning_rate = 1e-2;
  double weight_decay = 3e-5;  ///< AdamW: decoupled; SGD: L2. Not on vectors (norms, biases)
  double momentum = 0.99;      ///< SGD, with Nesterov
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double clip_norm = 12;      ///< of the whole gradient; 0: none
  double ema_decay = 0;       ///< 0: no moving average of the weights is kept
  double gradient_scale = 1;  ///< of the accumulated gradient, before clipping
};

/// The loss of a batch is NaN or infinite: the batch is useless, but training may continue without it.
class NonFiniteLoss : public Error {
 public:
  using Error::Error;
};

/// A graph whose float initialisers are parameters. Not thread-safe.
class Trainable {
 public:
  virtual ~Trainable() = default;

  /// Runs forward and returns outputs (and any value named in taps). No gradient is kept.
  virtual std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs,
                                            const std::vector<std::string>& taps = {}) = 0;
  /// Runs forward in training mode, then backward from the scalar output named loss, scaled; gradients accumulate.
  /// seed drives Dropout. Returns every scalar output. Errors: NonFiniteLoss, which adds no gradient.
  virtual std::map<std::string, double> accumulate(const std::map<std::string, Tensor>& inputs, const std::string& loss,
                                                   double scale, std::uint64_t seed) = 0;
  /// Gradients of sum(output * weight) with respect to inputs, parameters or named activations, each the shape of its
  /// value. An empty weight means ones.
  virtual std::map<std::string, Tensor> gradients(const std::map<std::string, Tensor>& inputs,
                                                  const std::string& output, const Tensor& weight,
                                                  const std::vector<std::string>& with_respect_to) = 0;
  /// Applies the accumulated gradients and clears them. Returns the norm of the (scaled) gradient before clipping.
  /// A gradient that is not finite changes no parameter, but its norm is returned.
  virtual double update(const UpdateRule& rule) = 0;

  /// The graph with the current parameters and statistics (averaged: those of the moving average, if one is kept).
  virtual Graph graph(bool averaged) const = 0;
  /// Everything needed to resume training bit for bit: parameters, optimiser state, averages, statistics, counts.
  virtual std::map<std::string, Tensor> state() const = 0;
  virtual void load_state(const std::map<std::string, Tensor>& state) = 0;
};

/// Makes trainables; the only implementation is in train/torch.
class GradientEngine {
 public:
  virtual ~GradientEngine() = default;
  virtual std::unique_ptr<Trainable> trainable(const Graph& graph, const TrainableOptions& options) = 0;
  virtual std::string description() const = 0;  ///< "libtorch 2.15.0"
};

}  // namespace galen
