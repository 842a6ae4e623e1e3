#pragma once
#include <span>
#include <string>
#include <string_view>

#include "galen/base/files.h"

namespace galen {

/// Base64 with padding (RFC 4648, section 4).
std::string base64(std::span<const std::byte> data);

/// Errors: a character outside the alphabet, padding anywhere but at the end, a length that is not a multiple of 4.
Bytes from_base64(std::string_view text, const std::string& where);

}  // namespace galen
