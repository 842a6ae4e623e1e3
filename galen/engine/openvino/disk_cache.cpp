#include "galen/engine/openvino/disk_cache.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <sstream>

#include "galen/base/error.h"
#include "galen/base/hash.h"
#include "galen/base/staging.h"
#include "galen/engine/openvino/byte_source.h"

namespace galen::openvino {
namespace {

constexpr std::size_t checksum_length = 64;  // hexadecimal SHA-256, before the content
constexpr const char* suffix = ".network";

std::optional<ov::CompiledModel> read(const fs::path& file, const DiskCache::Import& import) {
  std::error_code code;
  if (!fs::exists(file, code)) return std::nullopt;
  try {
    Bytes bytes = read_bytes(file);
    if (bytes.size() < checksum_length) return std::nullopt;
    const std::span content = std::span(bytes).subspan(checksum_length);
    if (as_text(std::span(bytes).first(checksum_length)) != sha256(content)) return std::nullopt;
    ByteSource source(content);
    std::istream stream(&source);
    ov::CompiledModel model = import(stream);
    fs::last_write_time(file, fs::file_time_type::clock::now(), code);  // marked as just used
    return model;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// A network, or what a killed process left of one; never what another process is writing, on this host or another,
// which takes far less than a day.
bool is_ours(const fs::path& file) {
  if (file.extension() == suffix) return true;
  if (file.filename().string().find(suffix) == std::string::npos) return false;
  std::error_code code;
  const auto written = fs::last_write_time(file, code);
  return is_leftover(file) || (!code && fs::file_time_type::clock::now() - written > std::chrono::hours(24));
}

void remove_least_recently_used(const fs::path& folder, std::uint64_t max_bytes) {
  struct Kept {
    fs::path path;
    fs::file_time_type used;
    std::uint64_t bytes;
  };
  std::vector<Kept> files;
  std::uint64_t sum = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!is_ours(entry.path())) continue;
    files.push_back({entry.path(), entry.last_write_time(), entry.file_size()});
    sum += files.back().bytes;
  }
  std::ranges::sort(files, {}, &Kept::used);
  for (const Kept& file : files) {
    if (sum <= max_bytes) break;
    fs::remove(file.path);
    sum -= file.bytes;
  }
}

}  // namespace

DiskCache::DiskCache(fs::path folder, std::uint64_t max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) {}

ov::CompiledModel DiskCache::get(const std::string& key, const Import& import, const Make& make) const {
  if (folder_.empty()) return make();
  const fs::path file = folder_ / (sha256(as_bytes(key)) + suffix);
  if (auto model = read(file, import)) return *std::move(model);
  ov::CompiledModel model = make();
  keep(file, model);
  return model;
}

void DiskCache::keep(const fs::path& file, ov::CompiledModel& model) const {
  try {
    std::ostringstream stream;
    model.export_model(stream);
    const std::string content = std::move(stream).str();
    if (checksum_length + content.size() > max_bytes_) return;  // it would evict all others, and then itself
    write_file(file, sha256(as_bytes(content)) + content);
    remove_least_recently_used(folder_, max_bytes_);
  } catch (const std::exception&) {
    // A full disk, or another process removing the same file: the network can be used all the same.
  }
}

}  // namespace galen::openvino
