#pragma once
// A memory-mapped file: pages are read when touched, so a window of a long recording costs only its own bytes.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "galen/base/descriptor.h"
#include "galen/base/files.h"

namespace galen {

/// The file stays open and must not be changed meanwhile. Thread-safe. Pages far before the last window are dropped, so
/// that reading a long file from front to back needs no more memory than a short one.
class MappedFile {
 public:
  /// Errors: missing, a folder, not a regular file, unreadable, larger than limits.max_bytes.
  explicit MappedFile(const fs::path& path, const Limits& limits = {});
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const fs::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// The whole file. If it was truncated meanwhile, touching the missing part kills the process; bytes() checks first.
  std::span<const std::byte> whole() const { return {data_, size_}; }
  /// Errors: outside the file; the file was truncated since it was opened.
  std::span<const std::byte> bytes(std::uint64_t begin, std::uint64_t count) const;

 private:
  void let_go_behind(std::size_t begin) const;

  fs::path path_;
  Descriptor fd_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  mutable std::atomic<std::size_t> kept_from_ = 0;  // pages before it are dropped
};

}  // namespace galen
