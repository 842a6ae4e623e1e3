#include "galen/base/json_number.h"

#include <cmath>
#include <limits>

namespace galen {

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

double number_or_nan(const JsonView& json) {
  return json.json().is_null() ? std::numeric_limits<double>::quiet_NaN() : json.as<double>();
}

}  // namespace galen
