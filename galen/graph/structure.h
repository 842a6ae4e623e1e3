#pragma once
// How the nodes of a graph are connected, without types and shapes. Internal to the room.
#include <set>
#include <string>

#include "galen/graph/graph.h"

namespace galen {

/// The remedy for an inconsistent graph.
inline constexpr const char* mend_graph = "correct the model, or export it again";

/// Values that some node reads, or that are outputs.
std::set<std::string> used_values(const Graph& graph);
/// True if every value is made before it is used; values that no node makes are ignored.
bool in_order(const Graph& graph);
/// Errors: a value used before, or without, its definition; a value defined twice; an output that is not defined; two
/// inputs, or two outputs, of the same name.
void check_structure(const Graph& graph);

}  // namespace galen
