#pragma once
// What readers of text share: blanks at its ends, small letters, numbers, and whether its bytes are UTF-8.
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace galen {

inline constexpr std::string_view white_space = " \t\r\n\v\f";

/// Without these characters at both ends.
std::string_view trimmed(std::string_view text, std::string_view blanks = white_space);
/// In small letters: A to Z alone.
std::string lowered(std::string_view text);

/// The number that the whole text is, in the words of std::from_chars (no blank, no '+', no "0x"); nothing where it is
/// none or T does not hold it. A floating one may be infinite or NaN.
template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The bytes of the code point at the beginning of text; 0: none is well-formed (RFC 3629, section 4: no surrogates, no
/// overlong forms).
std::size_t utf8_length(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace galen
