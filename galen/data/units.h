#pragma once
// Units that decide what is done, in UCUM's case-sensitive codes.
#include <string_view>

namespace galen {

/// Of an image: it is CT, whose numbers mean the same everywhere.
inline constexpr std::string_view hounsfield_unit = "[hnsf'U]";

}  // namespace galen
