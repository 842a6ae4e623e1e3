// Fuzzes the image readers: any bytes give an Error, or a volume whose voxels fill its grid. Seeds: the corpus.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <span>

#include "galen/base/error.h"
#include "galen/io/volume/volume_io.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const galen::TemporaryFolder folder;  // set TMPDIR to a file system in memory
  const galen::fs::path path = folder.path() / "input";
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  constexpr galen::Limits limits{.max_bytes = 1 << 22, .max_elements = 1 << 20};
  try {
    const galen::Volume volume = galen::read_volume(path, limits);
    const auto bytes = static_cast<std::size_t>(volume.value_count()) * galen::size_of(volume.type);
    if (volume.voxels.size() != bytes) std::abort();
  } catch (const galen::Error&) {
  }
  return 0;
}
