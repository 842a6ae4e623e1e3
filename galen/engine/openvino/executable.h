#pragma once
// A compiled OpenVINO model as an Executable.
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "galen/engine/engine.h"

namespace ov {
class CompiledModel;
}

namespace galen::openvino {

/// What an executable knows of its network. inputs and outputs are in the order of the model.
struct CompiledNetwork {
  std::string label;
  std::vector<ValueInfo> inputs, outputs;
  Precision precision = Precision::f32;
  std::variant<MemoryEstimate, Error> memory;  ///< or why it cannot be predicted
};

std::shared_ptr<const Executable> openvino_executable(const ov::CompiledModel& model, CompiledNetwork network);

}  // namespace galen::openvino
