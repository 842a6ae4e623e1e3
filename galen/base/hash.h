#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "galen/base/files.h"

namespace galen {

/// SHA-256 (FIPS 180-4) in lower-case hexadecimal.
std::string sha256(std::span<const std::byte> data);
std::string sha256_file(const fs::path& path);

}  // namespace galen
