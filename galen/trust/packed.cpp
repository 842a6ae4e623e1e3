#include "galen/trust/packed.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "galen/base/base64.h"
#include "galen/base/scalar.h"

namespace galen {
namespace {

static_assert(std::endian::native == std::endian::little);

template <class T>
std::vector<T> decode(const JsonView& json, std::size_t count) {
  const Bytes bytes = from_base64(json.as<std::string>(), json.where());
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
  return base64(std::as_bytes(values));
}

Json pack_f16(std::span<const float> values) {
  std::vector<std::uint16_t> halves;
  for (const float value : values) halves.push_back(to_f16(value));
  return base64(std::as_bytes(std::span(halves)));
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
