#pragma once
// Numbers that may be undefined: NaN here, null in JSON, which has no NaN.
#include "galen/base/json.h"

namespace galen {

Json number_or_null(double value);           ///< null if not finite
double number_or_nan(const JsonView& json);  ///< Errors: neither a number nor null.

}  // namespace galen
