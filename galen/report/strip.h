#pragma once
// Strips of an ECG on the paper of the field: 25 mm a second, 10 mm a millivolt.
#include <string>
#include <string_view>

#include "galen/data/finding.h"

namespace galen {

struct StripOptions {
  bool alone = true;  ///< a file of its own, in millimetres; else part of a page, which gives it size and colours
  int first_row = 0;  ///< rows of 10 s before it are left out
  int max_rows = 0;   ///< 0: all that follow
};

/// A picture of all channels in rows of 10 s. Beats' letters stand above, V and S in colours; stretches are shaded;
/// marks outside the strip are not drawn. A channel that is not in volts has a scale of its own, said beside its
/// calibration pulse; what is higher than 60 mm is cut off, and said. Errors (defect): as strip_csv.
std::string strip_svg(const StripArtefact& strip, std::string_view title, const StripOptions& options = {});

/// Where it begins: the time of day, or h:mm:ss from the recording's start.
std::string strip_time(const StripArtefact& strip, double seconds);
/// Rows of 10 s that it needs. Errors (defect): as strip_csv.
int strip_rows(const StripArtefact& strip);

/// Time and channels, a row for each sample: "seconds" from the recording's start, then "MLII (mV)". Missing: empty.
/// Errors (defect): samples and channels of different number, no rate, longer than a
/// day.
std::string strip_csv(const StripArtefact& strip);

}  // namespace galen
