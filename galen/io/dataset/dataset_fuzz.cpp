// Fuzzes the reader of datasets: the first line of the input is dataset.json, the rest dataset.csv.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>

#include "galen/base/error.h"
#include "galen/io/dataset/dataset_io.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const galen::TemporaryFolder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::ofstream(folder.path() / "dataset.json", std::ios::binary) << text.substr(0, end);
  std::ofstream(folder.path() / "dataset.csv", std::ios::binary) << text.substr(std::min(end + 1, text.size()));
  try {
    galen::read_dataset(folder.path(), {.max_bytes = 1 << 20, .max_elements = 1 << 16});
  } catch (const galen::Error&) {
    // Refused, as it should be.
  }
  return 0;
}
