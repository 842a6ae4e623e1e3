#pragma once
// log.jsonl: one line of JSON per epoch. A resumed training cuts it to where its checkpoint stood.
#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen {

class MetricsLog {
 public:
  /// Cuts the file to its first `bytes` bytes and reads them; 0 begins anew. Errors: the file is shorter, what is kept
  /// is not lines of JSON, it cannot be written.
  MetricsLog(fs::path path, std::uint64_t bytes);
  /// One line, flushed to disk.
  void append(const Json& line);
  std::uint64_t bytes() const { return bytes_; }
  const std::vector<Json>& lines() const { return lines_; }

 private:
  fs::path path_;
  std::uint64_t bytes_ = 0;
  std::vector<Json> lines_;
};

}  // namespace galen
