#pragma once
// HL7 annotated ECG (HL7 version 3, PORT_MT020001; Brown and Badilini, HL7 aECG Implementation Guide, 2005).
#include <span>

#include "galen/base/files.h"
#include "galen/data/annotations.h"
#include "galen/data/signal.h"

namespace galen {

/// Recognised by the first 4096 bytes of a file.
bool is_aecg(std::span<const std::byte> head);

/// Reads the first rhythm series, its sequence sets on one timeline; leads are named "II", "aVR", "V1". Other series,
/// and derived ones, are named in the remarks. Subject data are not read. Errors: not an aECG, no rhythm series, no
/// time sequence, a value that is not a number, sequences of unequal length or rate, above the limits.
Signal read_aecg(const fs::path& path, const Limits& limits = {});

/// Reads the annotations of the same series, with times relative to its first sample. The code is that of the value, or
/// that of the annotation if the value is a number or text. Such a value is in the mark's text, as are a lead and
/// whether only one end is known. An annotation without a time of its own spans those inside it, else has the span of
/// the one that contains it, else that of the series. Errors: as read_aecg.
Annotations read_aecg_annotations(const fs::path& path, const Limits& limits = {});

}  // namespace galen
