#include "galen/bundle/checksums.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/base/error.h"
#include "galen/base/hash.h"

namespace galen {
namespace {

std::map<std::string, std::string> parse_checksums(std::string_view text, const std::string& where) {
  std::map<std::string, std::string> sums;
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    const std::string_view entry = text.substr(0, end);
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    const bool sound = end != std::string_view::npos && entry.size() > 66 && entry.substr(64, 2) == "  " &&
                       std::all_of(entry.begin(), entry.begin() + 64, is_hex) && is_plain_path(entry.substr(66));
    if (!sound || !sums.emplace(entry.substr(66), entry.substr(0, 64)).second) {
      throw Error(fmt::format("{}: line {}", where, line), "is damaged", "not a checksum and a plain path", get_again);
    }
    text.remove_prefix(end + 1);
  }
  return sums;
}

}  // namespace

bool is_plain_path(std::string_view path) {
  const auto plain = [](char c) { return c > ' ' && c < '\x7f' && c != '\\' && c != ':'; };
  if (path.empty() || !std::all_of(path.begin(), path.end(), plain)) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::map<std::string, fs::path> files_under(const fs::path& folder) {
  std::map<std::string, fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().lexically_relative(folder).generic_string();
    const fs::file_status status = entry.symlink_status();
    if (fs::is_directory(status)) continue;
    if (!fs::is_regular_file(status))
      throw Error(folder.string(), fmt::format("has '{}'", path), "not a plain file", get_again);
    if (path == checksums_file) continue;
    if (!is_plain_path(path))
      throw Error(folder.string(), fmt::format("has '{}'", path), "not a plain name", get_again);
    files.emplace(path, entry.path());
  }
  return files;
}

std::string checksums_of(const fs::path& folder) {
  std::string text;
  for (const auto& [path, file] : files_under(folder)) text += fmt::format("{}  {}\n", sha256_file(file), path);
  return text;
}

std::string verify_checksums(const fs::path& folder) {
  const fs::path list = folder / checksums_file;
  if (!fs::exists(list)) throw Error(list.string(), "is missing", "it proves that the files are whole", get_again);
  const std::string text = read_text(list, {.max_bytes = 1 << 20});
  const auto sums = parse_checksums(text, list.string());
  const auto files = files_under(folder);
  for (const auto& [path, file] : files) {
    const auto listed = sums.find(path);
    if (listed == sums.end()) throw Error(file.string(), "is not listed in SHA256SUMS", {}, get_again);
    if (sha256_file(file) != listed->second) {
      throw Error(file.string(), "was changed or damaged", "it differs from SHA256SUMS", get_again);
    }
  }
  for (const auto& [path, sum] : sums) {
    if (!files.contains(path)) throw Error((folder / path).string(), "is missing", "SHA256SUMS lists it", get_again);
  }
  return sha256(as_bytes(text));
}

}  // namespace galen
