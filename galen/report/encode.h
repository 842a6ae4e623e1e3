#pragma once
// Bytes as pages carry them.
#include <cstdint>
#include <span>

#include "galen/base/files.h"

namespace galen {

/// A PNG of 8 bits (W3C PNG, third edition): grey for one channel, RGB for three. pixels [height, width, channels].
/// Errors (defect): another number of channels, or pixels that do not fill the picture.
Bytes encode_png(int width, int height, int channels, std::span<const std::uint8_t> pixels);

/// zlib's format (RFC 1950), which pages unpack by DecompressionStream("deflate").
Bytes deflate(std::span<const std::uint8_t> data);

}  // namespace galen
