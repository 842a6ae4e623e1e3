#pragma once
// How samples lie in a WFDB signal file: signal(5) of the WFDB Applications Guide.
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
  std::optional<std::int32_t> missing;  ///< the value of a sample that is none
  std::int32_t lowest, highest;         ///< that can be written
};
/// Errors: a number that is no format, with those that are.
const WfdbFormat& wfdb_format(int number, const std::string& where);

/// A signal's place in the frames of its file.
struct WfdbPlace {
  std::int64_t first = 0;  ///< sample of a frame
  int count = 1;           ///< of its samples in a frame
  std::int64_t initial = 0;
};

/// The samples of one signal file, which hold the signals of a group. Safe from several threads.
class WfdbSamples {
 public:
  virtual ~WfdbSamples() = default;
  /// Whole frames that the file holds. -1: it does not say.
  virtual std::int64_t frames() const = 0;
  /// Digital values of a signal of the group in these frames, [frame, sample]. Errors: outside the file, damaged.
  virtual void read(std::size_t signal, std::int64_t begin, std::span<std::int32_t> out) const = 0;
};

/// Opens a file for a group of signals. Errors: no such format, shorter than the offset, a FLAC stream of other
/// channels or bits than the header says.
std::unique_ptr<WfdbSamples> open_wfdb_samples(const fs::path& path, int format, std::uint64_t offset,
                                               std::vector<WfdbPlace> places, const Limits& limits);

/// The bytes of samples in format 16 or 212.
Bytes pack_wfdb(std::span<const std::int32_t> samples, int format);

}  // namespace galen
