// Fuzzes the aECG reader: any bytes give an Error, or a signal whose channels have its length. Seeds: the corpus.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>

#include "galen/base/error.h"
#include "galen/io/wave/aecg.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const galen::TemporaryFolder folder;  // set TMPDIR to a file system in memory
  const galen::fs::path path = folder.path() / "input";
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  constexpr galen::Limits limits{.max_bytes = 1 << 22, .max_elements = 1 << 20};
  try {
    const galen::Signal signal = galen::read_aecg(path, limits);
    for (std::size_t c = 0; c < signal.channels.size(); ++c) {
      if (signal.source->read(c, 0, signal.length).size() != static_cast<std::size_t>(signal.length)) std::abort();
    }
    const auto marks = galen::read_aecg_annotations(path, limits).marks;
    if (!std::ranges::is_sorted(marks, {}, &galen::Mark::at_seconds)) std::abort();
  } catch (const galen::Error&) {
  }
  return 0;
}
