#include "galen/report/encode.h"

#include <zlib.h>

#include <string_view>

#include "galen/base/error.h"

namespace galen {
namespace {

void put_u32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(value >> shift));
}

void put_chunk(Bytes& out, std::string_view type, std::span<const std::byte> data) {
  put_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = out.size();
  for (const char c : type) out.push_back(static_cast<std::byte>(c));
  out.insert(out.end(), data.begin(), data.end());
  const auto* bytes = reinterpret_cast<const Bytef*>(out.data() + begin);
  put_u32(out, static_cast<std::uint32_t>(crc32_z(0, bytes, out.size() - begin)));
}

}  // namespace

Bytes deflate(std::span<const std::uint8_t> data) {
  uLongf size = compressBound(data.size());
  Bytes out(size);
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, data.data(), data.size(), 9) != Z_OK) {
    throw defect("deflate", "cannot compress");
  }
  out.resize(size);
  return out;
}

Bytes encode_png(int width, int height, int channels, std::span<const std::uint8_t> pixels) {
  const auto row = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  const bool fits = width > 0 && height > 0 && pixels.size() == row * static_cast<std::size_t>(height);
  if (!fits || (channels != 1 && channels != 3)) throw defect("png", "the pixels do not fill the picture");
  // Filter "sub" on every row: from each byte, that of the previous pixel is subtracted.
  std::vector<std::uint8_t> filtered;
  filtered.reserve(pixels.size() + static_cast<std::size_t>(height));
  for (std::size_t begin = 0; begin < pixels.size(); begin += row) {
    filtered.push_back(1);
    for (std::size_t i = 0; i < row; ++i) {
      const auto step = static_cast<std::size_t>(channels);
      const unsigned before = i < step ? 0u : pixels[begin + i - step];
      filtered.push_back(static_cast<std::uint8_t>(pixels[begin + i] - before));
    }
  }
  Bytes out;
  for (const unsigned byte : {0x89u, 0x50u, 0x4Eu, 0x47u, 0x0Du, 0x0Au, 0x1Au, 0x0Au}) {
    out.push_back(static_cast<std::byte>(byte));
  }
  Bytes header;
  put_u32(header, static_cast<std::uint32_t>(width));
  put_u32(header, static_cast<std::uint32_t>(height));
  for (const int byte : {8, channels == 3 ? 2 : 0, 0, 0, 0}) header.push_back(static_cast<std::byte>(byte));
  put_chunk(out, "IHDR", header);
  put_chunk(out, "IDAT", deflate(filtered));
  put_chunk(out, "IEND", {});
  return out;
}

}  // namespace galen
