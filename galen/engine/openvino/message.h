#pragma once
// Turns OpenVINO's messages into one-line errors.
#include <string>
#include <string_view>

#include "galen/base/error.h"

namespace galen::openvino {

/// An Error from the multi-line message of an OpenVINO exception: it adds the node and operator to where, if the
/// message names them, and leaves places in OpenVINO's sources out of the reason.
Error error_of(std::string_view message, const std::string& where, const std::string& problem);

}  // namespace galen::openvino
