#pragma once
// How the nodes of a graph hang together, without types and shapes. Internal to the room.
#include <set>
#include <string>

#include "galen/graph/graph.h"

namespace galen {

/// The remedy for a graph that does not hold together.
inline constexpr const char* mend_graph = "correct the model, or export it again";

/// Values that some node reads, or that are outputs.
std::set<std::string> used_values(const Graph& graph);
/// True when every value stands before its use; values that nobody produces are not looked at.
bool in_order(const Graph& graph);
/// Errors: a value used before, or without, its definition; a value defined twice; an output that nobody produces;
/// two inputs, or two outputs, of one name.
void check_structure(const Graph& graph);

}  // namespace galen
