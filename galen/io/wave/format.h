#pragma once
// What every format of the room gives. A new one is a file with its functions and a line in formats.cpp.
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
  /// Null: the format has none, or they are in a file of their own.
  Annotations (*annotations)(const fs::path& path, const Limits& limits) = nullptr;
  /// Null: the file alone.
  std::vector<fs::path> (*files)(const fs::path& path, const Limits& limits) = nullptr;
};

}  // namespace galen
