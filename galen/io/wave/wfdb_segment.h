#pragma once
// A WFDB record of one segment, opened, with its header and signal files.
#include <memory>
#include <string>
#include <vector>

#include "galen/io/wave/wfdb_header.h"
#include "galen/io/wave/wfdb_samples.h"

namespace galen {

class WfdbSegment {
 public:
  /// Errors: no signals, a missing signal file, files shorter than the header's length, no length stated anywhere.
  WfdbSegment(const fs::path& header_path, WfdbHeader header, const Limits& limits);

  const WfdbHeader& header() const { return header_; }
  const fs::path& path() const { return path_; }
  std::int64_t length() const { return length_; }  ///< in frames
  /// Remarks on the header and the signal files.
  const std::vector<std::string>& remarks() const { return header_.remarks; }
  std::vector<fs::path> files() const;

  /// Digital values as stored in the file, at the signal's own rate. Errors: outside the record, damaged.
  std::vector<std::int32_t> digital(std::size_t signal, std::int64_t begin, std::int64_t count) const;
  /// Physical values with the skew removed; missing samples, and those that the skew leaves at the end, are NaN.
  /// Reading a whole signal also verifies its checksum. Errors: as digital, another checksum.
  void physical(std::size_t signal, std::int64_t begin, std::span<float> out) const;

 private:
  struct Group {
    fs::path path;
    std::unique_ptr<WfdbSamples> samples;
  };
  struct Place {
    std::size_t group = 0, index = 0;
  };

  void open_group(std::size_t first, std::size_t end, const Limits& limits);
  void settle_length();

  fs::path path_;
  WfdbHeader header_;
  std::int64_t length_ = 0;
  std::vector<Group> groups_;
  std::vector<Place> places_;  ///< of each signal
};

/// WFDB's checksum of samples: their sum modulo 2^16.
std::uint16_t wfdb_checksum(std::span<const std::int32_t> samples);

}  // namespace galen
