#pragma once
// NodeProto and its attributes. Internal to the room.
#include <string>

#include "galen/graph/graph.h"
#include "galen/graph/onnx_format.h"
#include "galen/graph/onnx_tensor.h"

namespace galen::onnx {

/// A file while it is read.
struct Source {
  const std::string& where;
  const fs::path& folder;  ///< of external data; empty: there is none
  Budget budget;
};

/// Errors: damage, an attribute that holds a subgraph or is of another kind that is not supported.
Node read_node(Message message, Source& source);

}  // namespace galen::onnx
