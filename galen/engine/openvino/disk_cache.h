#pragma once
// Compiled networks kept on disk between runs. OpenVINO's own folder of them is not checked when it is read: a flipped
// bit would give other findings. Here every file carries its checksum, and a damaged one is made anew.
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

  /// folder: empty keeps nothing. The files least recently used go when they are more than max_bytes together; a
  /// network that is larger by itself is not kept.
  explicit DiskCache(fs::path folder, std::uint64_t max_bytes = 1ull << 30);

  /// The model under key: read by import where it is kept and sound, else made and kept. A folder that cannot be
  /// written is no error: the model is made each time.
  ov::CompiledModel get(const std::string& key, const Import& import, const Make& make) const;

 private:
  void keep(const fs::path& file, ov::CompiledModel& model) const;

  fs::path folder_;
  std::uint64_t max_bytes_;
};

}  // namespace galen::openvino
