#include "galen/bundle/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "galen/base/error.h"
#include "galen/bundle/checksums.h"

namespace galen {
namespace {

constexpr std::uint64_t max_entries = 10000;
constexpr std::uint64_t max_ratio = 100;
constexpr std::uint64_t always_allowed = 16 << 20;

struct Free {
  void operator()(archive* a) const { archive_free(a); }
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Archive = std::unique_ptr<archive, Free>;

Error damaged(const fs::path& zip, archive* a) {
  const char* why = archive_error_string(a);
  return Error(zip.string(), "is not a sound zip", why ? why : "", get_again);
}

Error unwritten(const fs::path& zip, archive* a) {
  const char* why = archive_error_string(a);
  return Error(zip.string(), "cannot be written", why ? why : "");
}

/// The path of an entry. Errors: one that may not be written.
std::string entry_path(const fs::path& zip, archive_entry* entry) {
  const char* text = archive_entry_pathname_utf8(entry);
  std::string path = text ? text : "";
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFDIR && path.ends_with('/')) path.pop_back();
  const bool link = archive_entry_hardlink(entry) || archive_entry_symlink(entry);
  if (link || (type != AE_IFREG && type != AE_IFDIR)) {
    throw Error(zip.string(), fmt::format("has the entry '{}'", path), "not a plain file", get_again);
  }
  if (!is_plain_path(path)) {
    throw Error(zip.string(), fmt::format("has the entry '{}'", path), "not a plain path inside", get_again);
  }
  return path;
}

/// Writes the data of the current entry and deducts its size from the budget.
void unpack_entry(const fs::path& zip, archive* in, const fs::path& target, std::uint64_t& budget) {
  if (fs::exists(target))
    throw Error(zip.string(), fmt::format("has '{}' twice", target.filename().string()), {}, get_again);
  fs::create_directories(target.parent_path());
  std::ofstream out(target, std::ios::binary);
  std::vector<char> block(1 << 16);
  while (true) {
    const la_ssize_t n = archive_read_data(in, block.data(), block.size());
    if (n < 0) throw damaged(zip, in);
    if (n == 0) break;
    if (static_cast<std::uint64_t>(n) > budget) {
      throw Error(zip.string(), "unpacks to too much", "over the limit, or over 100 times its own size", get_again);
    }
    budget -= static_cast<std::uint64_t>(n);
    out.write(block.data(), n);
  }
  out.close();
  if (!out) throw Error(target.string(), "cannot be written", {}, "free some space");
}

la_ssize_t append(archive*, void* bytes, const void* data, std::size_t size) {
  const auto* begin = static_cast<const std::byte*>(data);
  static_cast<Bytes*>(bytes)->insert(static_cast<Bytes*>(bytes)->end(), begin, begin + size);
  return static_cast<la_ssize_t>(size);
}

void pack_entry(archive* out, const std::string& path, const fs::path& file, const fs::path& zip) {
  const Bytes data = read_bytes(file);
  const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(data.size()));
  archive_entry_set_mtime(entry.get(), 0, 0);  // clamped to the zip epoch; later times would depend on the time zone
  if (archive_write_header(out, entry.get()) != ARCHIVE_OK ||
      archive_write_data(out, data.data(), data.size()) != static_cast<la_ssize_t>(data.size())) {
    throw unwritten(zip, out);
  }
}

}  // namespace

void unpack_zip(const fs::path& zip, const fs::path& folder, const Limits& limits) {
  const Archive in(archive_read_new());
  archive_read_support_format_zip(in.get());
  if (archive_read_open_filename(in.get(), zip.c_str(), 1 << 16) != ARCHIVE_OK) throw damaged(zip, in.get());
  std::uint64_t budget = std::min(limits.max_bytes, max_ratio * fs::file_size(zip) + always_allowed);
  archive_entry* entry = nullptr;
  for (std::uint64_t count = 0;; ++count) {
    const int status = archive_read_next_header(in.get(), &entry);
    if (status == ARCHIVE_EOF) {
      if (count == 0) throw Error(zip.string(), "is an empty zip", {}, get_again);
      return;
    }
    if (status != ARCHIVE_OK) throw damaged(zip, in.get());
    if (count == max_entries)
      throw Error(zip.string(), "has too many entries", fmt::format("over {}", max_entries), get_again);
    const std::string path = entry_path(zip, entry);
    if (std::count(path.begin(), path.end(), '/') > limits.max_depth) {
      throw Error(zip.string(), fmt::format("has the entry '{}'", path), "it is nested too deeply", get_again);
    }
    if (archive_entry_filetype(entry) == AE_IFDIR) {
      fs::create_directories(folder / path);
    } else {
      unpack_entry(zip, in.get(), folder / path, budget);
    }
  }
}

void pack_zip(const fs::path& folder, const fs::path& zip) {
  Bytes bytes;
  {
    const Archive out(archive_write_new());
    archive_write_set_format_zip(out.get());
    archive_write_set_bytes_in_last_block(out.get(), 1);
    if (archive_write_open(out.get(), &bytes, nullptr, append, nullptr) != ARCHIVE_OK) throw unwritten(zip, out.get());
    for (const auto& [path, file] : files_under(folder)) pack_entry(out.get(), path, file, zip);
    pack_entry(out.get(), std::string(checksums_file), folder / checksums_file, zip);
    if (archive_write_close(out.get()) != ARCHIVE_OK) throw unwritten(zip, out.get());
  }
  write_file(zip, bytes);
}

}  // namespace galen
