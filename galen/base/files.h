#pragma once
// Files are read whole, within limits; results are written to a temporary name and renamed, so that nothing
// half-written is left.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "galen/base/error.h"

namespace galen {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

/// The most that a reader accepts from one file. Readers refuse more with an Error.
struct Limits {
  std::uint64_t max_bytes = 4ull << 30;     ///< of a file, and of what it decompresses to
  std::uint64_t max_elements = 1ull << 31;  ///< of an array described by a header
  int max_depth = 64;                       ///< of nesting
};

/// Errors: more than limits.max_bytes.
void check_size(std::uint64_t bytes, const Limits& limits, const std::string& where);

/// The whole file. Errors: missing, a folder, unreadable, larger than limits.max_bytes.
Bytes read_bytes(const fs::path& path, const Limits& limits = {});
std::string read_text(const fs::path& path, const Limits& limits = {});
/// The same, passed to take piece by piece, so that a long file needs no more memory than a short one.
void read_pieces(const fs::path& path, const std::function<void(std::span<const std::byte>)>& take,
                 const Limits& limits = {});

/// Decompresses a gzip stream (all members). Errors: damaged, truncated, trailing garbage, larger than
/// limits.max_bytes.
Bytes gunzip(std::span<const std::byte> compressed, const Limits& limits, const std::string& where);
Bytes gzip(std::span<const std::byte> data, int level = 6);
bool is_gzip(std::span<const std::byte> data);

/// Writes to a temporary name beside path, flushes and renames: path holds either the old or the new content. Removes
/// what a killed process left of it.
void write_file(const fs::path& path, std::span<const std::byte> data);
void write_file(const fs::path& path, std::string_view text);

/// A folder that appears whole under its name on commit(); without commit(), neither it nor the parent folders created
/// for it remain. Removes what a killed process left of it.
class StagedFolder {
 public:
  /// Errors: target exists and replace is false, is a mount point or holds the current folder; its parent cannot be
  /// written.
  StagedFolder(fs::path target, bool replace);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  const fs::path& path() const { return staging_; }  ///< write here
  void commit();

 private:
  void withdraw();
  fs::path target_, staging_;
  std::vector<fs::path> parents_;  // created for it, innermost first
  bool replace_, committed_ = false;
};

/// A new folder in the system's temporary folder, removed with its contents on destruction.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// True when path, with links and ".." resolved, lies in root or is root. False for a path that the system cannot
/// resolve (too long, no permission, a loop of links).
bool lies_within(const fs::path& path, const fs::path& root);

/// A file system exception as an Error about the path that it names, or path if it names none.
Error not_examined(const fs::filesystem_error& refused, const fs::path& path);
/// Runs f, which examines path, and turns file system exceptions into Error.
template <class F>
auto examining(const fs::path& path, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const fs::filesystem_error& refused) {
    throw not_examined(refused, path);
  }
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace galen
