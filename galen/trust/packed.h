#pragma once
// Compact arrays of numbers in JSON: little-endian bytes in base64 (RFC 4648).
#include <span>
#include <vector>

#include "galen/base/json.h"

namespace galen {

Json pack_f32(std::span<const float> values);
Json pack_f16(std::span<const float> values);  ///< keeps three decimal digits
/// Errors: not base64, not exactly count values.
std::vector<float> unpack_f32(const JsonView& json, std::size_t count);
std::vector<float> unpack_f16(const JsonView& json, std::size_t count);

}  // namespace galen
