#pragma once
// A compiled model of OpenVINO as an Executable.
#include <memory>
#include <string>
#include <vector>

#include "galen/engine/engine.h"

namespace ov {
class CompiledModel;
}

namespace galen {

/// What an executable knows of its network. inputs and outputs stand in the order of the model's own.
struct Facts {
  std::string label;
  std::vector<ValueInfo> inputs, outputs;
  Precision precision = Precision::f32;
  MemoryEstimate memory;
};

std::shared_ptr<const Executable> openvino_executable(const ov::CompiledModel& model, Facts facts);

}  // namespace galen
