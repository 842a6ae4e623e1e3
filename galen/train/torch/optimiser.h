#pragma once
// The rule by which parameters move, and what it remembers between updates.
#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "galen/engine/gradients.h"

namespace galen::torch_room {

using Tensors = std::vector<at::Tensor>;
using NamedTensors = std::map<std::string, at::Tensor>;

/// SGD with Nesterov's momentum, or AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019),
/// by ATen's fused kernels; gradients are clipped by their common norm, and the weights averaged on request.
class Optimiser {
 public:
  /// Moves parameters by their gradients and clears these. Returns the gradients' norm; where it is not finite nothing
  /// moves. Parameters without a gradient stay as they are. statistics: what the network itself moves (BatchNorm's
  /// means and variances), averaged with the parameters, so that both are of the same time.
  double update(NamedTensors& parameters, const NamedTensors& statistics, const UpdateRule& rule);

  /// The moving average of parameters and statistics, or nothing where none is kept.
  const NamedTensors& average() const { return average_; }

  /// Buffers by name: "momentum/...", "moment1/...", "moment2/...", "average/...", "gradient/...", and "updates".
  NamedTensors state(const NamedTensors& parameters) const;
  /// Errors: a buffer of no parameter and no statistic, or of another shape.
  void load_state(NamedTensors& parameters, const NamedTensors& statistics, const NamedTensors& state);

 private:
  struct Group {
    std::vector<std::string> names;
    Tensors values, gradients;
  };
  void move(Group& group, const UpdateRule& rule, double decay);
  Tensors buffers(NamedTensors& kept, const Group& group);

  NamedTensors momentum_, moment1_, moment2_, average_;
  std::int64_t updates_ = 0;
};

}  // namespace galen::torch_room
