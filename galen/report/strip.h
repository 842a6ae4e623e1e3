#pragma once
// Strips of an ECG on standard paper: 25 mm/s, 10 mm/mV.
#include <string>
#include <string_view>

#include "galen/data/finding.h"

namespace galen {

struct StripOptions {
  bool alone = true;  ///< a file of its own, sized in millimetres; else part of a page, which sets size and colours
  int first_row = 0;  ///< first row of 10 s to draw
  int max_rows = 0;   ///< 0: all from first_row on
};

/// A picture of all channels in rows of 10 s. Beat codes are written above, coloured for ventricular and
/// supraventricular beats; marks with a duration are shaded; marks outside the strip are not drawn. A channel that is
/// not in volts has its own scale, stated next to its calibration pulse; bands higher than 60 mm are cut off, with a
/// note. Errors (defect): as strip_csv.
std::string strip_svg(const StripArtefact& strip, std::string_view title, const StripOptions& options = {});

/// A moment of the recording: its time of day or, if the start is unknown, h:mm:ss from the start.
std::string strip_time(const StripArtefact& strip, double seconds);
/// Number of rows of 10 s. Errors (defect): as strip_csv.
int strip_rows(const StripArtefact& strip);

/// One row per sample: "seconds" from the recording's start, then the channels, such as "MLII (mV)". Missing values are
/// empty. Errors (defect): samples and channels differ in number, no sampling rate, longer than a day.
std::string strip_csv(const StripArtefact& strip);

}  // namespace galen
