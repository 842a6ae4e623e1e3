#include "galen/io/volume/header_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "galen/base/error.h"
#include "galen/base/text.h"

namespace galen {
namespace {

bool is_blank(char c) {
  return white_space.find(c) != white_space.npos;
}

/// The next word of text from `at` on, which is advanced past it; empty at the end.
std::string_view next_word(std::string_view text, std::size_t& at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  const std::size_t begin = at;
  while (at < text.size() && !is_blank(text[at])) ++at;
  return text.substr(begin, at - begin);
}

template <class T>
std::optional<T> signed_number(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  return number_in<T>(word);
}

template <class T>
T parsed(std::string_view text, const std::string& where, std::string_view field) {
  if (const std::optional<T> value = signed_number<T>(trimmed(text))) return *value;
  throw Error(where, fmt::format("has no number in its field '{}'", field), fmt::format("it says '{}'", trimmed(text)));
}

template <class T>
std::vector<T> all_parsed(std::string_view text, const std::string& where, std::string_view field) {
  std::vector<T> out;
  for (const std::string_view word : words(text)) out.push_back(parsed<T>(word, where, field));
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  for (std::string_view word = next_word(text, at); !word.empty(); word = next_word(text, at)) out.push_back(word);
  return out;
}

double number(std::string_view text, const std::string& where, std::string_view field) {
  return parsed<double>(text, where, field);
}
std::int64_t whole(std::string_view text, const std::string& where, std::string_view field) {
  return parsed<std::int64_t>(text, where, field);
}
std::vector<double> numbers(std::string_view text, const std::string& where, std::string_view field) {
  return all_parsed<double>(text, where, field);
}
std::vector<std::int64_t> wholes(std::string_view text, const std::string& where, std::string_view field) {
  return all_parsed<std::int64_t>(text, where, field);
}

Bytes voxels_from_decimals(std::string_view text, Scalar type, std::uint64_t count, const std::string& where) {
  if (text.size() / 2 + 1 < count) {  // a digit and a blank each
    throw Error(where, "is truncated", fmt::format("{} voxels cannot be in {} characters", count, text.size()));
  }
  Bytes out(count * size_of(type));
  std::uint64_t got = 0;
  visit_scalar(type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!std::is_same_v<T, bool>) {
      std::size_t at = 0;
      for (std::string_view word = next_word(text, at); !word.empty(); word = next_word(text, at), ++got) {
        const std::optional<T> value = signed_number<T>(word);
        if (!value) {
          throw Error(where, "has a voxel that is no number of its type",
                      fmt::format("voxel {} is '{}', the type is {}", got, word.substr(0, 40), name_of(type)));
        }
        if (got < count) std::memcpy(&out[got * sizeof(T)], &*value, sizeof(T));
      }
    }
  });
  if (got != count) {
    throw Error(where, got < count ? "is truncated" : "has more voxels than its header says",
                fmt::format("{} numbers, {} voxels", got, count));
  }
  return out;
}

Bytes bytes_from_hex(std::string_view text, std::uint64_t count, const std::string& where) {
  if (text.size() / 2 < count) {
    throw Error(where, "is truncated", fmt::format("{} bytes cannot be in {} characters", count, text.size()));
  }
  Bytes out(count);
  std::uint64_t digits = 0;
  for (const char c : text) {
    if (is_blank(c)) continue;
    const int digit = hex_digit(c);
    if (digit < 0) throw Error(where, "has hexadecimal voxels with another character in them");
    if (digits / 2 < count) out[digits / 2] = out[digits / 2] << 4 | static_cast<std::byte>(digit);
    ++digits;
  }
  if (digits != count * 2) {
    throw Error(where, digits < count * 2 ? "is truncated" : "has more voxels than its header says",
                fmt::format("{} hexadecimal digits, the voxels take {}", digits, count * 2));
  }
  return out;
}

double millimetres_in(std::string_view unit) {
  constexpr std::pair<std::string_view, double> known[] = {
      {"mm", 1},           {"millimeter", 1},    {"millimeters", 1},
      {"millimetre", 1},   {"millimetres", 1},   {"um", 1e-3},
      {"\xc2\xb5m", 1e-3},  // micro sign, Greek mu, and Latin-1
      {"\xce\xbcm", 1e-3}, {"\xb5m", 1e-3},      {"micron", 1e-3},
      {"microns", 1e-3},   {"micrometer", 1e-3}, {"micrometre", 1e-3},
      {"cm", 10},          {"m", 1000},          {"meter", 1000},
      {"metre", 1000}};
  for (const auto& [name, value] : known) {
    if (lowered(unit) == name) return value;
  }
  return 0;
}

}  // namespace galen
