#include "galen/io/volume/byte_stream.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

#include "galen/base/error.h"

namespace galen {
namespace {

constexpr std::size_t chunk = 1 << 18;
constexpr int gzip_bits = 15 + 16, any_bits = 15 + 32;  // zlib.h, inflateInit2
constexpr std::uint64_t highest_ratio = 1032;           // of deflate: 258 bytes in two bits

}  // namespace

struct ByteStream::Inflater {
  z_stream stream{};
  std::vector<std::byte> input = std::vector<std::byte>(chunk);
  Packing packing;
  bool ended = false;

  explicit Inflater(Packing packing_) : packing(packing_) {
    if (inflateInit2(&stream, packing == Packing::gzip ? gzip_bits : any_bits) != Z_OK) {
      throw defect("zlib", "inflateInit2 failed");
    }
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

ByteStream::ByteStream(const fs::path& path, const Limits& limits, Packing packing, std::uint64_t offset,
                       std::uint64_t length)
    : where_(path.string()) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) throw Error(where_, "does not exist");
  if (fs::is_directory(status)) throw Error(where_, "is a folder, not an image file");
  if (!fs::is_regular_file(status)) throw Error(where_, "is no regular file");
  const std::uint64_t size = fs::file_size(path, code);
  if (code) throw Error(where_, "cannot be examined", code.message());
  check_size(size, limits, where_);
  file_.open(path, std::ios::binary);
  if (!file_) throw Error(where_, "cannot be opened");
  const std::uint64_t begin = std::min(offset, size);
  file_.seekg(static_cast<std::streamoff>(begin));
  left_ = std::min(size - begin, length);
  if (packing != Packing::none) inflater_ = std::make_unique<Inflater>(packing);
}

ByteStream::~ByteStream() = default;
ByteStream::ByteStream(ByteStream&&) noexcept = default;

std::size_t ByteStream::read_plain(std::span<std::byte> out) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
  if (wanted == 0) return 0;
  file_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(wanted));
  if (static_cast<std::size_t>(file_.gcount()) != wanted) throw Error(where_, "cannot be read to its end");
  left_ -= wanted;
  return wanted;
}

bool ByteStream::refill() {
  Inflater& in = *inflater_;
  if (in.stream.avail_in == 0) {
    in.stream.next_in = reinterpret_cast<Bytef*>(in.input.data());
    in.stream.avail_in = static_cast<uInt>(read_plain(in.input));
  }
  return in.stream.avail_in > 0;
}

bool ByteStream::only_zeros_follow() {
  while (refill()) {
    z_stream& s = inflater_->stream;
    if (!std::all_of(s.next_in, s.next_in + s.avail_in, [](Bytef b) { return b == 0; })) return false;
    s.avail_in = 0;
  }
  return true;
}

/// Whether another member follows the one that ended (RFC 1952, 2.2); zero padding is accepted, as by gzip(1).
bool ByteStream::next_member() {
  if (!refill() || inflater_->packing == Packing::zlib) return false;
  constexpr Bytef first_of_magic = 0x1f;
  if (*inflater_->stream.next_in == first_of_magic) {
    inflateReset(&inflater_->stream);
    return true;
  }
  if (!only_zeros_follow()) throw Error(where_, "has bytes after the end of its gzip stream", {}, "export it again");
  return false;
}

std::size_t ByteStream::read_packed(std::span<std::byte> out) {
  Inflater& in = *inflater_;
  z_stream& s = in.stream;
  std::size_t produced = 0;
  while (produced < out.size() && !in.ended) {
    if (!refill()) throw Error(where_, "ends in the middle of its compressed data", {}, "copy or download it again");
    const std::size_t room = std::min<std::size_t>(out.size() - produced, std::numeric_limits<uInt>::max());
    s.next_out = reinterpret_cast<Bytef*>(out.data() + produced);
    s.avail_out = static_cast<uInt>(room);
    const int code = inflate(&s, Z_NO_FLUSH);
    produced += room - s.avail_out;
    if (code == Z_STREAM_END) {
      in.ended = !next_member();
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      throw Error(where_, "is damaged: its compressed data do not unpack", s.msg != nullptr ? s.msg : "",
                  "copy or download it again");
    }
  }
  return produced;
}

std::size_t ByteStream::read_some(std::span<std::byte> out) {
  return inflater_ ? read_packed(out) : read_plain(out);
}

void ByteStream::read(std::span<std::byte> out, std::string_view what) {
  const std::size_t got = read_some(out);
  if (got < out.size()) {
    throw Error(where_, "is truncated", fmt::format("{} bytes of {} are there of {}", got, what, out.size()),
                "copy or export it again");
  }
}

void ByteStream::skip(std::uint64_t count, std::string_view what) {
  std::array<std::byte, 4096> scratch;
  while (count > 0) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(count, scratch.size()));
    const std::size_t got = read_some(std::span(scratch).first(step));
    if (got == 0)
      throw Error(where_, "is truncated", fmt::format("it ends before {}", what), "copy or export it again");
    count -= got;
  }
}

std::uint64_t ByteStream::count_rest(std::uint64_t limit) {
  if (!inflater_) return left_;
  std::array<std::byte, 4096> scratch;
  std::uint64_t count = 0;
  while (count <= limit) {
    const std::size_t got = read_some(scratch);
    if (got == 0) break;
    count += got;
  }
  return count;
}

std::uint64_t ByteStream::at_most() const {
  if (!inflater_) return left_;
  return (left_ + inflater_->stream.avail_in) * highest_ratio + chunk;
}

bool is_gzip_file(const fs::path& path, const Limits& limits) {
  std::array<std::byte, 2> magic{};
  ByteStream stream(path, limits);
  return stream.read_some(magic) == magic.size() && is_gzip(magic);
}

}  // namespace galen
