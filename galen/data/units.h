#pragma once
// Units that decide what is done, in UCUM's case-sensitive codes and as files write them.
#include <string_view>

namespace galen {

/// Of an image: it is CT, whose numbers mean the same everywhere.
inline constexpr std::string_view hounsfield_unit = "[hnsf'U]";

/// How many millivolts the unit is; 0: it is not one of voltage.
constexpr double millivolts_in(std::string_view unit) {
  if (unit == "mV") return 1;
  if (unit == "uV" || unit == "µV" || unit == "μV") return 1e-3;
  return unit == "V" ? 1e3 : 0;
}

}  // namespace galen
