#pragma once
// Text as the readers of this room take it.
#include <optional>
#include <string>
#include <string_view>

namespace galen {

/// As UTF-8: what is not is taken for Latin-1.
std::string as_utf8(std::string_view text);
/// UCUM's code of a unit that these formats or their writers spell otherwise; others as they are, as UTF-8.
std::string ucum_unit(std::string_view unit);
/// A finite decimal number, which is all of text; one sign, a decimal point, an exponent.
std::optional<double> finite_number(std::string_view text);
/// The beginning of what a file says, for a message: ASCII.
std::string shown(std::string_view text);

}  // namespace galen
