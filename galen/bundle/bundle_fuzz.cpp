// Fuzzes the bundle reader: an input that begins like a zip is read as one, any other as bundle.json.
#include <cstddef>
#include <cstdint>
#include <fstream>

#include "galen/base/error.h"
#include "galen/bundle/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const galen::TemporaryFolder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    if (text.substr(0, 2) == "PK") {
      std::ofstream(folder.path() / "bundle.zip", std::ios::binary) << text;
      galen::open_bundle(folder.path() / "bundle.zip", {.max_bytes = 1 << 20});
    } else {
      const galen::Json json = galen::parse_json(text, "bundle.json");
      galen::card_of(galen::bundle_from_json({json, "bundle.json"}));
    }
  } catch (const galen::Error&) {
    // Refused, as it should be.
  }
  return 0;
}
