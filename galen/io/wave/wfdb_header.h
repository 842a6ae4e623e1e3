#pragma once
// The header of a WFDB record: header(5) of the WFDB Applications Guide.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "galen/base/files.h"

namespace galen {

/// One signal specification line.
struct WfdbSignal {
  std::string file;  ///< in the header's folder; "~": none
  int format = 0;
  int samples_per_frame = 1;
  int skew = 0;              ///< samples of the signal that come before its sample 0
  std::uint64_t offset = 0;  ///< bytes before the samples
  double gain = 200;         ///< digital units per physical unit
  std::int64_t baseline = 0;
  std::string unit = "mV";  ///< as in the header
  std::int64_t initial = 0;
  std::optional<std::uint16_t> checksum;  ///< sum of all samples, modulo 2^16; nothing: not stated, or 0
  std::string name;
};

/// One segment specification line.
struct WfdbSegmentLine {
  std::string name;  ///< "~": nothing was recorded
  std::int64_t length = 0;
};

struct WfdbHeader {
  std::string record;
  double rate_hz = 250;     ///< of frames
  std::int64_t length = 0;  ///< frames; 0: not stated
  std::string started_at;   ///< ISO 8601; "T08:26:04" where there is no date
  std::size_t signal_count = 0;
  std::vector<WfdbSignal> signals;        ///< of a single segment, or of a layout
  std::vector<WfdbSegmentLine> segments;  ///< of a record of several segments
  std::vector<std::string> remarks;       ///< what the header leaves open
};

/// Whether a text begins like a header: a name, perhaps a number of segments, and a number of signals.
bool begins_as_wfdb(std::string_view text);
/// The first word of the record line, without the number of segments; empty: there is none.
std::string_view wfdb_record_name(std::string_view text);

/// Errors, with the line: a field that is not a number, an impossible rate or length, missing lines, a file or segment
/// that is not a plain name.
WfdbHeader parse_wfdb_header(std::string_view text, const std::string& where);
WfdbHeader read_wfdb_header(const fs::path& path, const Limits& limits = {});

/// The path of a file in the header's folder. Errors: it leads out of that folder, or does not exist.
fs::path wfdb_file_beside(const fs::path& header, const std::string& name);

}  // namespace galen
