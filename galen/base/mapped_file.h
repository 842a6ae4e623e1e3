#pragma once
// A file seen as memory: pages are read when they are touched, so a window on a long recording costs its own bytes.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "galen/base/descriptor.h"
#include "galen/base/files.h"

namespace galen {

/// The file stays open and must not be changed meanwhile. Safe from several threads. What lies far behind the last
/// window is let go of: reading a long file from front to back takes no more memory than a short one.
class MappedFile {
 public:
  /// Errors: missing, a folder, no regular file, unreadable, larger than limits.max_bytes.
  explicit MappedFile(const fs::path& path, const Limits& limits = {});
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const fs::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// The whole. Touching it ends the process where the file was cut off meanwhile: bytes() looks first.
  std::span<const std::byte> whole() const { return {data_, size_}; }
  /// Errors: outside the file, the file was cut off since it was opened.
  std::span<const std::byte> bytes(std::uint64_t begin, std::uint64_t count) const;

 private:
  void let_go_behind(std::size_t begin) const;

  fs::path path_;
  Descriptor fd_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  mutable std::atomic<std::size_t> kept_from_ = 0;  // pages before are let go of
};

}  // namespace galen
