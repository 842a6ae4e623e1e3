#pragma once
// NodeProto and its attributes. Internal to the room.
#include <string>

#include "galen/graph/graph.h"
#include "galen/graph/onnx_format.h"
#include "galen/graph/onnx_tensor.h"

namespace galen::onnx {

/// A file that is being read.
struct Source {
  const std::string& where;
  const fs::path& folder;  ///< of external data; empty: none is allowed
  Budget budget;
};

/// Errors: damage; an attribute that holds a subgraph or is of another unsupported kind.
Node read_node(Message message, Source& source);

}  // namespace galen::onnx
