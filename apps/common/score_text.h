#pragma once
// Scores as people read them.
#include <optional>
#include <string>

#include "galen/base/json.h"

namespace galen::app {

/// A score of a bundle's results as "0.9110  (0.7990 to 0.9730)", without the interval if it has none. Nothing if it is
/// not a score or has no value.
std::optional<std::string> score_text(const Json& score);

}  // namespace galen::app
