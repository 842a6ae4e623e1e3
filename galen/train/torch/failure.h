#pragma once
// What ATen's exceptions say, as errors of ours.
#include <exception>
#include <string>

#include "galen/base/error.h"

namespace galen::torch_room {

/// Whether the memory was too small, the machine's or a card's.
bool is_of_memory(const std::exception& failure);
/// What is said then. where: the node or the network.
Error memory_error(const std::string& where, const std::exception& failure);

/// Without the trace of calls that ATen adds.
std::string first_line(const std::exception& failure);

}  // namespace galen::torch_room
