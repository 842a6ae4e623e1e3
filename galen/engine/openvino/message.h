#pragma once
// What OpenVINO says, in one line of ours.
#include <string>
#include <string_view>

#include "galen/base/error.h"

namespace galen::openvino {

/// An Error from the many lines of an exception of OpenVINO: the node and operator where its message names them, else
/// where; the reason without the places in OpenVINO's sources.
Error error_of(std::string_view message, const std::string& where, const std::string& problem);

}  // namespace galen::openvino
