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

bool no_space() {
  return errno == ENOSPC || errno == EDQUOT;
}

[[noreturn]] void refuse(const fs::path& path, std::string problem, std::string remedy = {}) {
  const std::string why = system_reason();  // before another call changes errno
  throw Error(settled_path(path).string(), std::move(problem), why, std::move(remedy));
}

void write_all(int fd, std::span<const std::byte> data, const fs::path& path) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      refuse(path, "cannot be written", no_space() ? "free some space" : "");
    }
    data = data.subspan(static_cast<std::size_t>(n));
  }
}

void sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

struct Opened {
  Descriptor fd;
  std::size_t size;  // as stated by the system; 0 for pipes and /proc
};

Opened open_within(const fs::path& path, const Limits& limits) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) refuse(path, "cannot be opened");
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) refuse(path, "cannot be examined");
  if (S_ISDIR(info.st_mode)) throw Error(path.string(), "is a folder, not a file");
  check_size(static_cast<std::uint64_t>(info.st_size), limits, path.string());
  return {std::move(fd), static_cast<std::size_t>(info.st_size)};
}

// Returns the number of bytes read; 0: end of file.
std::size_t read_some(int fd, std::span<std::byte> into, const fs::path& path) {
  while (true) {
    const ssize_t n = ::read(fd, into.data(), into.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) refuse(path, "cannot be read");
  }
}

void check_read(std::uint64_t bytes, const fs::path& path, const Limits& limits) {
  if (bytes > limits.max_bytes) throw Error(path.string(), "is too large", fmt::format("limit {}", limits.max_bytes));
}

template <class Container>
Container read_whole(const fs::path& path, const Limits& limits) {
  const Opened opened = open_within(path, limits);
  Container out;
  out.resize(opened.size + 1);  // one more than stated, to detect the end without growing
  std::size_t at = 0;
  while (true) {
    if (at == out.size()) out.resize(out.size() + 4096);
    const std::size_t n = read_some(opened.fd.get(), std::as_writable_bytes(std::span(out)).subspan(at), path);
    if (n == 0) break;
    at += n;
    check_read(at, path, limits);
  }
  out.resize(at);
  return out;
}

// The path in a form that ends in a name, not in "", "." or "..".
fs::path named(fs::path path) {
  const auto without_slash = [](const fs::path& any) { return any.has_filename() ? any : any.parent_path(); };
  path = without_slash(path);
  if (path.filename() != "." && path.filename() != "..") return path;
  std::error_code unseen;
  const fs::path whole = fs::weakly_canonical(path, unseen);
  return unseen ? path : without_slash(whole);
}

bool is_mounted(const fs::path& path) {
  struct statx info{};
  return ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, 0, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

bool holds_current_folder(const fs::path& path) {
  std::error_code unseen;
  const fs::path current = fs::current_path(unseen);
  return !unseen && !fs::is_symlink(path, unseen) && lies_within(current, path);
}

// A folder is replaced by renaming it: the system cannot rename a mount point, and a process whose current folder is
// inside would be left in a removed one.
void require_replaceable(const fs::path& target) {
  if (is_mounted(target)) {
    throw Error(target.string(), "is mounted there, so it cannot be replaced", {}, "give a folder inside it",
                Fault::usage);
  }
  if (holds_current_folder(target)) {
    throw Error(target.string(), "is, or holds, the current folder, so it cannot be replaced", {},
                "give a folder inside it", Fault::usage);
  }
}

}  // namespace

void check_size(std::uint64_t bytes, const Limits& limits, const std::string& where) {
  if (bytes <= limits.max_bytes) return;
  throw Error(where, "is too large", fmt::format("{} bytes, the limit is {}", bytes, limits.max_bytes));
}

Bytes read_bytes(const fs::path& path, const Limits& limits) {
  return read_whole<Bytes>(path, limits);
}
std::string read_text(const fs::path& path, const Limits& limits) {
  return read_whole<std::string>(path, limits);
}

void read_pieces(const fs::path& path, const std::function<void(std::span<const std::byte>)>& take,
                 const Limits& limits) {
  const Opened opened = open_within(path, limits);
  Bytes piece(std::size_t{1} << 20);
  std::uint64_t read = 0;
  while (const std::size_t n = read_some(opened.fd.get(), piece, path)) {
    check_read(read += n, path, limits);
    take(std::span(piece).first(n));
  }
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

StagedFolder::StagedFolder(fs::path target, bool replace) : target_(named(std::move(target))), replace_(replace) {
  require_replaceable(target_);
  if (is_there(target_) && !replace_) {
    throw Error(target_.string(), "already exists", {}, "choose another name or add --force", Fault::usage);
  }
  remove_leftovers(target_);
  staging_ = staging_path(target_);
  std::error_code code;
  for (fs::path above = target_.parent_path(); !above.empty() && !fs::exists(above, code);
       above = above.parent_path()) {
    parents_.push_back(above);
  }
  fs::remove_all(staging_, code);
  fs::create_directories(staging_, code);
  if (!code) return;
  withdraw();
  throw Error(target_.string(), "cannot be created", code.message());
}

StagedFolder::~StagedFolder() {
  if (!committed_) withdraw();
}

void StagedFolder::withdraw() {
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
  for (const fs::path& parent : parents_) fs::remove(parent, ignored);  // fails if something else is in it by now
}

void StagedFolder::commit() {
  const fs::path old = set_aside_path(target_);
  std::error_code code;
  const bool replaces = replace_ && is_there(target_);
  if (replaces) fs::rename(target_, old, code);
  if (!code) fs::rename(staging_, target_, code);
  if (code) {
    std::error_code ignored;
    if (replaces && !is_there(target_)) fs::rename(old, target_, ignored);
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
  std::error_code inner_fails, outer_fails;
  const fs::path inner = fs::weakly_canonical(path, inner_fails), outer = fs::weakly_canonical(root, outer_fails);
  if (inner_fails || outer_fails) return false;
  auto at = inner.begin();
  for (const fs::path& part : outer) {
    if (part.empty()) continue;
    if (at == inner.end() || *at != part) return false;
    ++at;
  }
  return true;
}

Error not_examined(const fs::filesystem_error& refused, const fs::path& path) {
  const fs::path& place = refused.path1().empty() ? path : refused.path1();
  return Error(place.string(), "cannot be examined", refused.code().message());
}

}  // namespace galen
