#pragma once
// log.jsonl: one line of JSON per epoch. A resumed training truncates it to its length at the checkpoint.
#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen {

class MetricsLog {
 public:
  /// Truncates the file to its first `bytes` bytes and reads them; 0 starts anew. Errors: the file is shorter, is not
  /// lines of JSON, or cannot be written.
  MetricsLog(fs::path path, std::uint64_t bytes);
  /// Appends a line and flushes it to disk.
  void append(const Json& line);
  std::uint64_t bytes() const { return bytes_; }
  const std::vector<Json>& lines() const { return lines_; }

 private:
  fs::path path_;
  std::uint64_t bytes_ = 0;
  std::vector<Json> lines_;
};

}  // namespace galen
