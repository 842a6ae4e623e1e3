#pragma once
// Reads a file, plain or compressed, from front to back without ever holding all of it.
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

  /// The stream is the length bytes of the file from offset on (before unpacking). Errors: missing, not a regular file,
  /// above limits.max_bytes, cannot be read.
  ByteStream(const fs::path& path, const Limits& limits, Packing packing = Packing::none, std::uint64_t offset = 0,
             std::uint64_t length = to_the_end);
  ~ByteStream();
  ByteStream(ByteStream&&) noexcept;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Fills out, or as much of it as is left; returns the number of bytes. Errors: a damaged or truncated stream.
  std::size_t read_some(std::span<std::byte> out);
  /// Fills out. Errors: the stream ends too early; `what` names the data in the message ("voxels").
  void read(std::span<std::byte> out, std::string_view what);
  /// Errors: the stream ends too early; `what` names what follows, for the message ("its voxels").
  void skip(std::uint64_t count, std::string_view what);
  /// Reads to the end, so that checksums are verified, but stops after more than limit bytes; returns how many there
  /// were.
  std::uint64_t count_rest(std::uint64_t limit);
  /// Upper limit of the bytes still to come: the rest of the file, times deflate's highest ratio if compressed.
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
  std::uint64_t left_ = 0;  ///< bytes of the file not read yet
  std::unique_ptr<Inflater> inflater_;
};

/// Whether the file begins with gzip's magic number.
bool is_gzip_file(const fs::path& path, const Limits& limits);

}  // namespace galen
