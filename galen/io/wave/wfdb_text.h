#pragma once
#include <string>
#include <string_view>

namespace galen {

/// Text of a WFDB file as UTF-8: what is not is taken for Latin-1.
std::string wfdb_text(std::string_view text);
/// UCUM's code of a unit as WFDB's headers spell it.
std::string wfdb_unit(std::string_view unit);

}  // namespace galen
