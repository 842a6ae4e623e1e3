#pragma once
// Compiled networks kept on disk between runs. OpenVINO does not verify its own cache when reading it: a flipped bit
// would change findings. Here every file carries its checksum, and a damaged one is made anew.
#include <cstdint>
#include <functional>
#include <openvino/runtime/compiled_model.hpp>
#include <string>

#include "galen/base/files.h"

namespace galen::openvino {

class DiskCache {
 public:
  using Import = std::function<ov::CompiledModel(std::istream&)>;
  using Make = std::function<ov::CompiledModel()>;

  /// folder: empty keeps nothing. The least recently used files are removed when all together exceed max_bytes; a
  /// network that exceeds it by itself is not kept.
  explicit DiskCache(fs::path folder, std::uint64_t max_bytes = 1ull << 30);

  /// The model for key: read by import if it is kept and sound, else made and kept. A folder that cannot be written is
  /// not an error: the model is made each time.
  ov::CompiledModel get(const std::string& key, const Import& import, const Make& make) const;

 private:
  void keep(const fs::path& file, ov::CompiledModel& model) const;

  fs::path folder_;
  std::uint64_t max_bytes_;
};

}  // namespace galen::openvino
