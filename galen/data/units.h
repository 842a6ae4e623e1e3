#pragma once
// Units on which processing depends, as UCUM's case-sensitive codes and as files write them.
#include <string_view>

namespace galen {

/// Marks an image as CT, whose values mean the same everywhere.
inline constexpr std::string_view hounsfield_unit = "[hnsf'U]";

/// The unit in millivolts; 0 if it is not a unit of voltage.
constexpr double millivolts_in(std::string_view unit) {
  if (unit == "mV") return 1;
  if (unit == "uV" || unit == "µV" || unit == "μV") return 1e-3;
  return unit == "V" ? 1e3 : 0;
}

}  // namespace galen
