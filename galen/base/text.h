#pragma once
// Helpers for text: trimming, lower case, numbers, counts and UTF-8.
#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace galen {

inline constexpr std::string_view white_space = " \t\r\n\v\f";

/// The text without these characters at either end.
std::string_view trimmed(std::string_view text, std::string_view blanks = white_space);
/// In lower case; changes only A to Z.
std::string lowered(std::string_view text);

/// The number that the whole text represents, in the syntax of std::from_chars (no blanks, no '+', no "0x"); nothing if
/// it is not a number or does not fit in T. A floating-point number may be infinite or NaN.
template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "1 case", "2 cases": the name gets an s unless the count is 1.
std::string counted(std::integral auto count, std::string_view name) {
  return std::to_string(count) + " " + std::string(name) + (count == 1 ? "" : "s");
}

/// The length in bytes of the code point at the start of text; 0 if there is none or it is not well-formed (RFC 3629,
/// section 4: no surrogates, no overlong forms).
std::size_t utf8_length(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace galen
