#include "galen/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "galen/base/error.h"

namespace galen {
namespace {

// Whether the open file is still the one at this path: the previous holder of the lock may have removed it.
bool is_at(int fd, const fs::path& path) {
  struct stat open{}, named{};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

}  // namespace

std::optional<FileLock> FileLock::take(const fs::path& path) {
  while (true) {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (fd.get() < 0) throw Error(path.string(), "cannot be opened", system_reason());
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      if (errno == EINTR) continue;
      throw Error(path.string(), "cannot be locked", system_reason(), "choose a place on a file system that has locks");
    }
    if (is_at(fd.get(), path)) return FileLock(std::move(fd));
  }
}

}  // namespace galen
