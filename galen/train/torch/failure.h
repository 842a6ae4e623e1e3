#pragma once
// Converts ATen's exceptions to Galen's errors.
#include <exception>
#include <string>

#include "galen/base/error.h"

namespace galen::torch_room {

/// Whether memory ran out, on the host or on a GPU.
bool is_of_memory(const std::exception& failure);
/// The error for that. where: the node or the network.
Error memory_error(const std::string& where, const std::exception& failure);

/// The message without the stack trace that ATen adds.
std::string first_line(const std::exception& failure);

}  // namespace galen::torch_room
