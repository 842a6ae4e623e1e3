#include "galen/trust/packed.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "galen/base/scalar.h"

namespace galen {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

template <class T>
std::string encode(const std::vector<T>& values) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
  const std::size_t count = values.size() * sizeof(T);
  std::string text;
  for (std::size_t i = 0; i < count; i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < count ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count - i ? alphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

template <class T>
std::vector<T> decode(const JsonView& json, std::size_t count) {
  const auto text = json.as<std::string>();
  std::vector<unsigned char> bytes;
  unsigned group = 0;
  std::size_t digits = 0;
  for (const char letter : text) {
    if (letter == '=') break;
    const std::size_t digit = alphabet.find(letter);
    if (digit == std::string_view::npos) throw Error(json.where(), "is not base64");
    group = group << 6 | static_cast<unsigned>(digit);
    ++digits;
    if (digits % 4 != 1) bytes.push_back(static_cast<unsigned char>(group >> (6 - 2 * ((digits - 1) % 4))));
  }
  if (bytes.size() != count * sizeof(T)) {
    throw Error(json.where(), "holds another number of values",
                fmt::format("{} bytes, {} expected", bytes.size(), count * sizeof(T)));
  }
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace

Json pack_f32(std::span<const float> values) {
  return encode(std::vector<float>(values.begin(), values.end()));
}

Json pack_f16(std::span<const float> values) {
  std::vector<std::uint16_t> halves;
  for (const float value : values) halves.push_back(to_f16(value));
  return encode(halves);
}

std::vector<float> unpack_f32(const JsonView& json, std::size_t count) {
  return decode<float>(json, count);
}

std::vector<float> unpack_f16(const JsonView& json, std::size_t count) {
  std::vector<float> values;
  for (const std::uint16_t half : decode<std::uint16_t>(json, count)) values.push_back(from_f16(half));
  return values;
}

}  // namespace galen
