#pragma once
// Strips of an ECG on the paper of the field.
#include <string>

#include "galen/data/finding.h"

namespace galen {

/// Time and channels, a row for each sample: "seconds" from the recording's start, then "MLII (mV)". Missing: empty.
/// Errors (defect): samples and channels of different number, no rate.
std::string strip_csv(const StripArtefact& strip);

}  // namespace galen
