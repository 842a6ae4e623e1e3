#pragma once
// Where everything of a strip lies, in millimetres of paper.
#include <string>
#include <vector>

#include "galen/data/finding.h"

namespace galen {

inline constexpr double mm_per_second = 25, row_seconds = 10;
inline constexpr double strip_left_mm = 10;  ///< of the traces: before them stands the calibration pulse
inline constexpr double strip_width_mm = strip_left_mm + mm_per_second * row_seconds;

/// A channel's part of a row.
struct StripBand {
  double mm_per_unit = 10;  ///< in the channel's unit
  double top_mm = 0;        ///< the value at its upper edge, in millimetres
  double height_mm = 15;    ///< a multiple of 5
  std::string ten_mm;       ///< what 10 mm are: "1 mV"
  bool millivolts = false;  ///< drawn at the field's 10 mm/mV
  bool cut = false;         ///< some of the trace lies outside
  bool empty = false;       ///< no sample is there
};

/// Errors (defect): channels and samples of different number, no rate.
void check_strip(const StripArtefact& strip);
/// Of the longest channel.
std::size_t strip_length(const StripArtefact& strip);
StripBand band_of(const Channel& channel, const std::vector<float>& samples);

}  // namespace galen
