#pragma once
// The layout of a strip, in millimetres of paper.
#include <string>
#include <vector>

#include "galen/data/finding.h"

namespace galen {

inline constexpr double mm_per_second = 25, row_seconds = 10;
inline constexpr double strip_left_mm = 10;  ///< where the traces begin, after the calibration pulse
inline constexpr double strip_width_mm = strip_left_mm + mm_per_second * row_seconds;

/// A channel's part of a row.
struct StripBand {
  double mm_per_unit = 10;  ///< scale: millimetres per unit of the channel
  double top_mm = 0;        ///< height of the upper edge above the channel's zero
  double height_mm = 15;    ///< a multiple of 5
  std::string ten_mm;       ///< what 10 mm stand for: "1 mV"
  bool millivolts = false;  ///< drawn at the standard 10 mm/mV
  bool cut = false;         ///< some of the trace lies outside
  bool empty = false;       ///< no finite sample
};

/// Errors (defect): channels and samples differ in number, no sampling rate, longer than a day.
void check_strip(const StripArtefact& strip);
/// Number of samples of the longest channel.
std::size_t strip_length(const StripArtefact& strip);
StripBand band_of(const Channel& channel, const std::vector<float>& samples);

}  // namespace galen
