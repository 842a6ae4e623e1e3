#include "galen/base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "galen/base/descriptor.h"
#include "galen/base/error.h"
#include "galen/base/staging.h"

namespace galen {
namespace {

std::string reason() {
  return std::generic_category().message(errno);
}

[[noreturn]] void refuse(const fs::path& path, std::string problem, std::string remedy = {}) {
  throw Error(path.string(), std::move(problem), reason(), std::move(remedy));
}

void write_all(int fd, std::span<const std::byte> data, const fs::path& path) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      refuse(path, "cannot be written", errno == ENOSPC ? "free some space" : "");
    }
    data = data.subspan(static_cast<std::size_t>(n));
  }
}

void sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

template <class Container>
Container read_whole(const fs::path& path, const Limits& limits) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) refuse(path, "cannot be opened");
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) refuse(path, "cannot be examined");
  if (S_ISDIR(info.st_mode)) throw Error(path.string(), "is a folder, not a file");
  if (static_cast<std::uint64_t>(info.st_size) > limits.max_bytes) {
    throw Error(path.string(), "is too large",
                fmt::format("{} bytes, the limit is {}", info.st_size, limits.max_bytes));
  }
  Container out;
  out.resize(static_cast<std::size_t>(info.st_size));
  std::size_t at = 0;
  while (true) {
    if (at == out.size()) out.resize(out.size() + 4096);  // pipes and /proc state no size
    const ssize_t n = ::read(fd.get(), reinterpret_cast<char*>(out.data()) + at, out.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(path, "cannot be read");
    if (n == 0) break;
    at += static_cast<std::size_t>(n);
    if (at > limits.max_bytes) throw Error(path.string(), "is too large", fmt::format("limit {}", limits.max_bytes));
  }
  out.resize(at);
  return out;
}

}  // namespace

Bytes read_bytes(const fs::path& path, const Limits& limits) {
  return read_whole<Bytes>(path, limits);
}
std::string read_text(const fs::path& path, const Limits& limits) {
  return read_whole<std::string>(path, limits);
}

void write_file(const fs::path& path, std::span<const std::byte> data) {
  remove_leftovers(path);
  const fs::path staging = staging_path(path);
  try {
    Descriptor fd(::open(staging.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) refuse(path, "cannot be created");
    write_all(fd.get(), data, path);
    if (::fsync(fd.get()) != 0 || !fd.close()) refuse(path, "cannot be written");
    if (::rename(staging.c_str(), path.c_str()) != 0) refuse(path, "cannot be put in place");
  } catch (...) {
    std::error_code ignored;
    fs::remove(staging, ignored);
    throw;
  }
  sync_folder(path.parent_path());
}

void write_file(const fs::path& path, std::string_view text) {
  write_file(path, as_bytes(text));
}

StagedFolder::StagedFolder(fs::path target, bool replace) : target_(std::move(target)), replace_(replace) {
  if (!target_.has_filename()) target_ = target_.parent_path();
  if (fs::exists(fs::symlink_status(target_)) && !replace_) {
    throw Error(target_.string(), "exists already", {}, "choose another name or add --force", Fault::usage);
  }
  remove_leftovers(target_);
  staging_ = staging_path(target_);
  std::error_code code;
  fs::remove_all(staging_, code);
  fs::create_directories(staging_, code);
  if (code) throw Error(target_.string(), "cannot be created", code.message());
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(staging_, ignored);
}

void StagedFolder::commit() {
  const fs::path old = set_aside_path(target_);
  std::error_code code;
  const bool replaces = replace_ && fs::exists(fs::symlink_status(target_));
  if (replaces) fs::rename(target_, old, code);
  if (!code) fs::rename(staging_, target_, code);
  if (code) {
    std::error_code ignored;
    if (replaces && !fs::exists(target_)) fs::rename(old, target_, ignored);
    throw Error(target_.string(), "cannot be put in place", code.message());
  }
  committed_ = true;
  fs::remove_all(old, code);
  sync_folder(target_.parent_path());
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "galen-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) refuse(name, "cannot be created");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

bool lies_within(const fs::path& path, const fs::path& root) {
  const fs::path inner = fs::weakly_canonical(path), outer = fs::weakly_canonical(root);
  auto at = inner.begin();
  for (const fs::path& part : outer) {
    if (part.empty()) continue;
    if (at == inner.end() || *at != part) return false;
    ++at;
  }
  return true;
}

}  // namespace galen
