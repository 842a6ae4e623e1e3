#pragma once
// Encodings for bytes embedded in pages.
#include <cstdint>
#include <span>

#include "galen/base/files.h"

namespace galen {

/// An 8-bit PNG (W3C PNG, third edition): grey for one channel, RGB for three. pixels [height, width, channels].
/// Errors (defect): another number of channels, wrong number of pixels.
Bytes encode_png(int width, int height, int channels, std::span<const std::uint8_t> pixels);

/// Compresses to zlib's format (RFC 1950), which pages decompress with DecompressionStream("deflate").
Bytes deflate(std::span<const std::uint8_t> data);

}  // namespace galen
