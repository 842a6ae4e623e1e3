#include "galen/base/base64.h"

#include <algorithm>

#include "galen/base/error.h"

namespace galen {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::span<const std::byte> data) {
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < data.size(); i += 3) {
    std::uint32_t three = 0;
    const std::size_t n = std::min<std::size_t>(3, data.size() - i);
    for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (k < n ? std::to_integer<std::uint32_t>(data[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) out += k <= n ? letters[three >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

Bytes from_base64(std::string_view text, const std::string& where) {
  const std::size_t end = std::min(text.find('='), text.size());
  const std::string_view padding = text.substr(end);
  if (text.size() % 4 != 0 || (!padding.empty() && padding != "=" && padding != "==")) {
    throw Error(where, "is not base64", "its length or its padding is wrong");
  }
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const std::size_t value = letters.find(text[i]);
    if (value == std::string_view::npos) throw Error(where, "is not base64", "a letter that it does not have");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (i % 4 != 0) out.push_back(static_cast<std::byte>(bits >> (6 - 2 * (i % 4))));
  }
  return out;
}

}  // namespace galen
