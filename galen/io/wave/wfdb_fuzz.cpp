// Fuzzes the WFDB readers: any bytes give an Error, or samples and marks that match their description. The input is
// read as annotations, and as a header, a zero byte and the signal file "a.dat". Seeds: the corpus.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "galen/base/error.h"
#include "galen/io/wave/wfdb.h"

namespace {

void read_record(std::string_view header, std::string_view samples) {
  static const galen::TemporaryFolder folder;  // set TMPDIR to a file system in memory
  galen::write_file(folder.path() / "a.hea", header);
  galen::write_file(folder.path() / "a.dat", samples);
  constexpr galen::Limits limits{.max_bytes = 1 << 22, .max_elements = 1 << 20};
  const galen::Signal signal = galen::read_signal(folder.path() / "a.hea", {.limits = limits});
  for (std::size_t c = 0; c < signal.channels.size() && c < 8; ++c) {
    const std::int64_t length = signal.length * signal.channels[c].samples_per_frame;
    for (const std::int64_t begin : {std::int64_t{0}, length / 2, length - 1}) {
      const std::int64_t count = length - begin;
      if (signal.source->read(c, begin, count).size() != static_cast<std::size_t>(count)) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = text.find('\0');
  try {
    const galen::Annotations read = galen::decode_wfdb_annotations(galen::as_bytes(text), 360, "input");
    for (const galen::Mark& mark : read.marks) {
      if (mark.at_seconds < 0) std::abort();
    }
  } catch (const galen::Error&) {
  }
  try {
    if (zero != text.npos) read_record(text.substr(0, zero), text.substr(zero + 1));
  } catch (const galen::Error&) {
  }
  return 0;
}
