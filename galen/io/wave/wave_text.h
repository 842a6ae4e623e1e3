#pragma once
// Text and numbers as the readers of recordings interpret them.
#include <optional>
#include <string>
#include <string_view>

namespace galen {

/// The text as UTF-8; text that is not UTF-8 is read as Latin-1.
std::string as_utf8(std::string_view text);
/// The UCUM code of a unit that these formats or their writers spell differently; other units unchanged, as UTF-8.
std::string ucum_unit(std::string_view unit);
/// The finite decimal number that is all of text; it may have one sign, a decimal point and an exponent.
std::optional<double> finite_number(std::string_view text);
/// The beginning of a text from a file, as ASCII, for messages.
std::string shown(std::string_view text);

}  // namespace galen
