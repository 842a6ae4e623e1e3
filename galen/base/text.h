#pragma once
// What readers of text share: blanks at its ends, small letters, and whether its bytes are UTF-8.
#include <cstddef>
#include <string>
#include <string_view>

namespace galen {

inline constexpr std::string_view white_space = " \t\r\n\v\f";

/// Without these characters at both ends.
std::string_view trimmed(std::string_view text, std::string_view blanks = white_space);
/// In small letters: A to Z alone.
std::string lowered(std::string_view text);

/// The bytes of the code point at the beginning of text; 0: none is well-formed (RFC 3629, section 4: no surrogates, no
/// overlong forms).
std::size_t utf8_length(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace galen
