#pragma once
// HL7 annotated ECG (HL7 version 3, PORT_MT020001; Brown and Badilini, HL7 aECG Implementation Guide, 2005).
#include <span>

#include "galen/base/files.h"
#include "galen/data/annotations.h"
#include "galen/data/signal.h"

namespace galen {

/// By the first 4096 bytes of a file.
bool is_aecg(std::span<const std::byte> head);

/// The first rhythm series, its sequence sets on one timeline; leads are named as in "II", "aVR", "V1". Other series,
/// and derived ones, are named in the remarks. Nothing of the subject is taken. Errors: no aECG, no rhythm series, no
/// time sequence, a value that is no number, sequences of unequal length or rate, above the limits.
Signal read_aecg(const fs::path& path, const Limits& limits = {});

/// Those of the same series, counted from its first sample. The code is the value's code, or the annotation's where the
/// value is a number or text, which stands in text, as do a lead and whether only one end is known. One without a time
/// of its own spans those inside it, else is given the span that it stands in, else the series'. Errors: as read_aecg.
Annotations read_aecg_annotations(const fs::path& path, const Limits& limits = {});

}  // namespace galen
