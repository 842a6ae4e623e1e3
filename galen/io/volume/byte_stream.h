#pragma once
// Reads a file, plain or deflated, from front to back without ever holding it whole.
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "galen/base/files.h"

namespace galen {

/// zlib: a zlib stream, or (as MetaImage writers produce both) a gzip stream.
enum class Packing { none, gzip, zlib };

class ByteStream {
 public:
  static constexpr std::uint64_t to_the_end = std::numeric_limits<std::uint64_t>::max();

  /// Begins at offset in the file (before unpacking), of which length bytes belong to the stream.
  /// Errors: missing, no regular file, above limits.max_bytes, cannot be read.
  ByteStream(const fs::path& path, const Limits& limits, Packing packing = Packing::none, std::uint64_t offset = 0,
             std::uint64_t length = to_the_end);
  ~ByteStream();
  ByteStream(ByteStream&&) noexcept;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Fills out, or as much of it as there is. Errors: a damaged or cut stream.
  std::size_t read_some(std::span<std::byte> out);
  /// Fills out. Errors: the stream ends before; what says of what ("voxels").
  void read(std::span<std::byte> out, std::string_view what);
  /// Errors: the stream ends before; what names what comes then ("its voxels").
  void skip(std::uint64_t count, std::string_view what);
  /// Reads on to the end (so that checksums are checked), but no further than limit + 1 bytes; how many there were.
  std::uint64_t count_rest(std::uint64_t limit);
  /// More than this cannot come any more: what is left of the file, times deflate's highest ratio when packed.
  std::uint64_t at_most() const;
  const std::string& where() const { return where_; }

 private:
  struct Inflater;
  std::size_t read_plain(std::span<std::byte> out);
  std::size_t read_packed(std::span<std::byte> out);
  bool refill();
  bool next_member();
  bool only_zeros_follow();

  std::string where_;
  std::ifstream file_;
  std::uint64_t left_ = 0;  ///< bytes of the file that are not read yet
  std::unique_ptr<Inflater> inflater_;
};

/// Whether the file begins with gzip's magic number.
bool is_gzip_file(const fs::path& path, const Limits& limits);

}  // namespace galen
