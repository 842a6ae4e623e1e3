#pragma once
// Files read whole within limits, and results written beside and renamed, so that nothing half-written is left.
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

/// What a reader may take from one file. Readers refuse, with an Error, what is above it.
struct Limits {
  std::uint64_t max_bytes = 4ull << 30;     ///< of a file, and of what it decompresses to
  std::uint64_t max_elements = 1ull << 31;  ///< of an array described by a header
  int max_depth = 64;                       ///< of nesting
};

/// The whole file. Errors: missing, a folder, unreadable, larger than limits.max_bytes.
Bytes read_bytes(const fs::path& path, const Limits& limits = {});
std::string read_text(const fs::path& path, const Limits& limits = {});
/// The same piece by piece, so that a long file takes no more memory than a short one.
void read_pieces(const fs::path& path, const std::function<void(std::span<const std::byte>)>& take,
                 const Limits& limits = {});

/// Decompresses a gzip stream (all members). Errors: damaged, truncated, trailing garbage, larger than
/// limits.max_bytes.
Bytes gunzip(std::span<const std::byte> compressed, const Limits& limits, const std::string& where);
Bytes gzip(std::span<const std::byte> data, int level = 6);
bool is_gzip(std::span<const std::byte> data);

/// Writes beside, flushes, and renames: path holds the old or the new content; what a killed process left of it goes.
void write_file(const fs::path& path, std::span<const std::byte> data);
void write_file(const fs::path& path, std::string_view text);

/// A folder that appears whole under its name on commit(), or not at all, with the folders above it that were made for
/// it; what a killed process left of it goes.
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
  std::vector<fs::path> parents_;  // made for it, the innermost first
  bool replace_, committed_ = false;
};

/// A folder of its own in the system's place for temporary files, removed with all in it at the end of its life.
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

/// True when path, with links and ".." resolved, lies in root or is root. A path that the
/// system refuses to follow (too long, no permission, a loop of links) lies nowhere.
bool lies_within(const fs::path& path, const fs::path& root);

/// What the system refused of a file or folder, as an Error; path where it names none.
Error not_examined(const fs::filesystem_error& refused, const fs::path& path);
/// Runs f, which looks around in path: what the system refuses ends in one line.
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
