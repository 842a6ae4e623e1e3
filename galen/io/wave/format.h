#pragma once
// The interface of every format of recordings. A new one is a file with its functions and a line in formats.cpp.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "galen/io/wave/wave_io.h"

namespace galen {

struct WaveFormat {
  std::string_view help;  ///< "WFDB (.hea)"
  bool (*recognises)(std::span<const std::byte> head, const fs::path& path);
  std::string (*name)(std::span<const std::byte> head);
  Signal (*read)(const fs::path& path, const SignalOptions& options);
  /// Null: the format has no annotations, or keeps them in a separate file.
  Annotations (*annotations)(const fs::path& path, const Limits& limits) = nullptr;
  /// Null: just the file itself.
  std::vector<fs::path> (*files)(const fs::path& path, const Limits& limits) = nullptr;
};

}  // namespace galen
