#pragma once
// An exclusive lock, released when the process that holds it ends, however it ends.
#include <optional>

#include "galen/base/descriptor.h"
#include "galen/base/files.h"

namespace galen {

class FileLock {
 public:
  /// Takes the lock on this file, creating the file if missing; nothing while another holder, in this or another
  /// process, has it. The holder may remove the file. Errors: the file cannot be opened or locked.
  static std::optional<FileLock> take(const fs::path& path);

 private:
  explicit FileLock(Descriptor fd) : fd_(std::move(fd)) {}
  Descriptor fd_;
};

}  // namespace galen
