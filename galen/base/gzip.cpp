#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "galen/base/error.h"
#include "galen/base/files.h"

namespace galen {
namespace {

constexpr int gzip_window_bits = 15 + 16;  // zlib.h: 16 more asks for a gzip wrapper

struct Inflater {
  z_stream stream{};
  Inflater() {
    if (inflateInit2(&stream, gzip_window_bits) != Z_OK) throw defect("zlib", "inflateInit2 failed");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

uInt bounded(std::size_t n) {
  return static_cast<uInt>(std::min<std::size_t>(n, std::numeric_limits<uInt>::max()));
}

}  // namespace

bool is_gzip(std::span<const std::byte> data) {
  return data.size() >= 2 && data[0] == std::byte{0x1f} && data[1] == std::byte{0x8b};
}

Bytes gunzip(std::span<const std::byte> compressed, const Limits& limits, const std::string& where) {
  Inflater inflater;
  z_stream& s = inflater.stream;
  Bytes out;
  std::size_t consumed = 0, produced = 0;
  while (true) {
    if (produced == out.size()) {
      if (produced >= limits.max_bytes) {
        throw Error(where, "decompresses to too much",
                    fmt::format("over {} bytes from {}", limits.max_bytes, compressed.size()),
                    "raise the limit if the file is trusted");
      }
      const std::size_t grown = std::max<std::size_t>({out.size() * 2, compressed.size() * 3, 65536});
      out.resize(std::min<std::size_t>(grown, limits.max_bytes));
    }
    s.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(compressed.data() + consumed));
    s.avail_in = bounded(compressed.size() - consumed);
    s.next_out = reinterpret_cast<Bytef*>(out.data() + produced);
    s.avail_out = bounded(out.size() - produced);
    const uInt in_before = s.avail_in, out_before = s.avail_out;
    const int code = inflate(&s, Z_NO_FLUSH);
    consumed += in_before - s.avail_in;
    produced += out_before - s.avail_out;
    if (code == Z_STREAM_END) {
      if (consumed == compressed.size()) break;
      if (!is_gzip(compressed.subspan(consumed))) {
        throw Error(where, "has bytes after the end of its gzip stream",
                    fmt::format("{} bytes", compressed.size() - consumed), "export it again");
      }
      inflateReset(&s);
      continue;
    }
    if (code == Z_OK || (code == Z_BUF_ERROR && s.avail_out == 0)) continue;
    if (code == Z_BUF_ERROR) {
      throw Error(where, "ends in the middle of its gzip stream", {}, "copy or download it again");
    }
    throw Error(where, "is a damaged gzip stream", s.msg != nullptr ? s.msg : "", "copy or download it again");
  }
  out.resize(produced);
  return out;
}

Bytes gzip(std::span<const std::byte> data, int level) {
  z_stream s{};
  if (deflateInit2(&s, level, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw defect("zlib", "deflateInit2 failed");
  }
  Bytes out(deflateBound(&s, data.size()) + 32);
  std::size_t consumed = 0, produced = 0;
  int code = Z_OK;
  while (code == Z_OK) {
    s.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(data.data() + consumed));
    s.avail_in = bounded(data.size() - consumed);
    s.next_out = reinterpret_cast<Bytef*>(out.data() + produced);
    s.avail_out = bounded(out.size() - produced);
    const uInt in_before = s.avail_in, out_before = s.avail_out;
    code = deflate(&s, consumed + in_before == data.size() ? Z_FINISH : Z_NO_FLUSH);
    consumed += in_before - s.avail_in;
    produced += out_before - s.avail_out;
  }
  deflateEnd(&s);
  if (code != Z_STREAM_END) throw defect("zlib", "deflate did not finish");
  out.resize(produced);
  return out;
}

}  // namespace galen
