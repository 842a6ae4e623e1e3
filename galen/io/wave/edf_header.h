#pragma once
// The header of EDF, EDF+, BDF and BDF+. Kemp et al., A simple format for exchange of digitized polygraphic recordings,
// 1992; Kemp and Olivan, European data format 'plus', 2003, with the amendments on edfplus.info; BioSemi's BDF.
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "galen/base/files.h"

namespace galen {

struct EdfSignal {
  std::string label, unit;  ///< UTF-8
  double physical_min = 0, physical_max = 0, digital_min = 0, digital_max = 0;
  std::int64_t samples = 0;  ///< in a record
  std::int64_t offset = 0;   ///< bytes from the beginning of a record
  bool annotations = false;  ///< holds TALs instead of samples

  /// False if a range is empty: then the gain is undefined.
  bool scaled() const { return digital_min != digital_max && physical_min != physical_max; }
};

struct EdfHeader {
  bool bdf = false, plus = false, discontinuous = false;
  std::int64_t bytes = 0;         ///< of the header itself
  std::int64_t records = 0;       ///< complete records in the file
  std::int64_t record_bytes = 0;  ///< of one record
  double record_seconds = 0;      ///< 0: the file holds annotations only
  std::vector<EdfSignal> signals;
  std::optional<std::chrono::sys_seconds> start;  ///< local time; nothing: not stated
  std::vector<std::string> remarks;

  int sample_bytes() const { return bdf ? 3 : 2; }
  std::optional<std::size_t> first_annotations() const;  ///< the signal with the records' onsets
};

/// file: the whole file. Patient data are not read. Errors: not EDF, truncated in the header, a field that is not a
/// number, no signals, no complete record, records of no duration that hold samples.
EdfHeader parse_edf_header(std::span<const std::byte> file, const std::string& where);

/// When a recording begins, from the fields of its header, and remarks on what they leave open. Two-digit years mean
/// 1985 to 2084; EDF+ states the date a second time, at the beginning of `recording`.
struct EdfStart {
  std::optional<std::chrono::sys_seconds> at;
  std::vector<std::string> remarks;
};
EdfStart edf_start(std::string_view date, std::string_view time, std::string_view recording, bool plus);

}  // namespace galen
