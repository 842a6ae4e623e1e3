#include "galen/base/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "galen/base/error.h"

namespace galen {
namespace {

constexpr std::size_t step = std::size_t{1} << 23;  // bytes, whole pages

void check(const struct stat& info, const fs::path& path, const Limits& limits) {
  if (S_ISDIR(info.st_mode)) throw Error(path.string(), "is a folder, not a file");
  if (!S_ISREG(info.st_mode)) throw Error(path.string(), "is no regular file", {}, "save it as a file first");
  check_size(static_cast<std::uint64_t>(info.st_size), limits, path.string());
}

}  // namespace

MappedFile::MappedFile(const fs::path& path, const Limits& limits)
    : path_(path),
      fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {  // opening a pipe without a writer must not block
  if (fd_.get() < 0) throw Error(path.string(), "cannot be opened", system_reason());
  struct stat info{};
  if (::fstat(fd_.get(), &info) != 0) throw Error(path.string(), "cannot be examined", system_reason());
  check(info, path, limits);
  size_ = static_cast<std::size_t>(info.st_size);
  if (size_ == 0) return;  // an empty file cannot be mapped
  void* const at = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd_.get(), 0);
  if (at == MAP_FAILED) throw Error(path.string(), "cannot be mapped", system_reason());
  data_ = static_cast<const std::byte*>(at);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

std::span<const std::byte> MappedFile::bytes(std::uint64_t begin, std::uint64_t count) const {
  if (begin > size_ || count > size_ - begin) {
    throw Error(path_.string(), "is truncated",
                fmt::format("bytes {} to {} are wanted, it has {}", begin, begin + count, size_));
  }
  struct stat info{};
  if (::fstat(fd_.get(), &info) != 0 || static_cast<std::uint64_t>(info.st_size) < begin + count) {
    throw Error(path_.string(), "was cut off since it was opened");
  }
  let_go_behind(static_cast<std::size_t>(begin));
  return {data_ + begin, static_cast<std::size_t>(count)};
}

// A dropped page that is still needed is read again from the system's page cache.
void MappedFile::let_go_behind(std::size_t begin) const {
  const std::size_t from = kept_from_;
  if (begin < from) kept_from_ = begin / step * step;
  if (begin < from + 2 * step) return;
  const std::size_t until = begin / step * step - step;
  kept_from_ = until;
  ::madvise(const_cast<std::byte*>(data_) + from, until - from, MADV_DONTNEED);
}

}  // namespace galen
