#pragma once
// One at a time: a lock that ends with the process that holds it, however it ends.
#include <optional>

#include "galen/base/descriptor.h"
#include "galen/base/files.h"

namespace galen {

class FileLock {
 public:
  /// Takes the lock of this file, which is made where it is missing; none while another holds it, here or in another
  /// process. The file may be removed by who holds the lock. Errors: it cannot be opened, or not be locked there.
  static std::optional<FileLock> take(const fs::path& path);

 private:
  explicit FileLock(Descriptor fd) : fd_(std::move(fd)) {}
  Descriptor fd_;
};

}  // namespace galen
