#pragma once
// EDF, EDF+ (continuous and discontinuous), BDF and BDF+: recordings and their annotations.
// Where existing readers disagree, see docs/formats/signals.md.
#include <span>
#include <string>

#include "galen/base/files.h"
#include "galen/data/annotations.h"
#include "galen/data/signal.h"

namespace galen {

/// Recognised by the first 8 bytes of a file.
bool is_edf(std::span<const std::byte> head);
/// From the first 256 bytes: "EDF", "EDF+C", "EDF+D", "BDF", "BDF+C", "BDF+D".
std::string edf_format_name(std::span<const std::byte> head);

/// The rate is that of frames, the greatest that divides the rates of all channels; annotation signals are not
/// channels. Records of EDF+D are placed by their onsets, with gaps between them. A channel whose range is empty is all
/// missing. Errors: as parse_edf_header; only annotations; records of EDF+D that have no onset or overlap.
Signal read_edf(const fs::path& path, const Limits& limits = {});

/// Onsets are relative to the first sample. A mark's code is the annotation's text; its text is the channel that EDF+
/// may name after "@@", whose number is also given if the file has it. Errors: as parse_edf_header; plain EDF or BDF,
/// which have no annotations; a list that does not follow EDF+; text that is not UTF-8.
Annotations read_edf_annotations(const fs::path& path, const Limits& limits = {});

}  // namespace galen
