#pragma once
// How a WFDB signal file stores samples: signal(5) of the WFDB Applications Guide.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "galen/base/files.h"

namespace galen {

/// What a format's number in a header means.
struct WfdbFormat {
  int number;
  std::optional<std::int32_t> missing;  ///< the value of a missing sample; nothing: the format has none
  std::int32_t lowest, highest;         ///< the range that can be written
};
/// Errors: an unknown format; the message lists the known ones.
const WfdbFormat& wfdb_format(int number, const std::string& where);

/// A signal's place in the frames of its file.
struct WfdbPlace {
  std::int64_t first = 0;  ///< index of its first sample in a frame
  int count = 1;           ///< number of its samples in a frame
  std::int64_t initial = 0;
};

/// The samples of one signal file, which holds a group of signals. Thread-safe.
class WfdbSamples {
 public:
  virtual ~WfdbSamples() = default;
  /// Number of complete frames in the file; -1: not stated.
  virtual std::int64_t frames() const = 0;
  /// Reads the digital values of a signal of the group from frame `begin` on, [frame, sample]. Errors: outside the
  /// file, damaged.
  virtual void read(std::size_t signal, std::int64_t begin, std::span<std::int32_t> out) const = 0;
};

/// Opens a file for a group of signals. Errors: no such format, shorter than the offset, a FLAC stream whose channels
/// or bits differ from the header's.
std::unique_ptr<WfdbSamples> open_wfdb_samples(const fs::path& path, int format, std::uint64_t offset,
                                               std::vector<WfdbPlace> places, const Limits& limits);

/// The bytes of samples in format 16 or 212.
Bytes pack_wfdb(std::span<const std::int32_t> samples, int format);

}  // namespace galen
