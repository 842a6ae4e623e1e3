#pragma once
// EDF, EDF+ (continuous and discontinuous), BDF and BDF+: recordings and their annotations.
// What readers disagree on is in docs/formats/signals.md.
#include <span>
#include <string>

#include "galen/base/files.h"
#include "galen/data/annotations.h"
#include "galen/data/signal.h"

namespace galen {

/// By the first 8 bytes of a file.
bool is_edf(std::span<const std::byte> head);
/// By the first 256: "EDF", "EDF+C", "EDF+D", "BDF", "BDF+C", "BDF+D".
std::string edf_format_name(std::span<const std::byte> head);

/// The rate is that of frames, the most that divides all channels; annotation signals are no channels. Records of
/// EDF+D stand where their onsets place them, with gaps between. A channel whose range is empty is all missing.
/// Errors: as parse_edf_header; only annotations; records of EDF+D without an onset, or that overlap.
Signal read_edf(const fs::path& path, const Limits& limits = {});

/// Onsets are counted from the first sample; the code is the annotation's text, and text the channel that EDF+ may
/// name after "@@", whose number is also given where the file has it. Errors: as parse_edf_header; plain EDF or BDF,
/// which have no annotations; a list that is not as EDF+ has it; text that is not UTF-8.
Annotations read_edf_annotations(const fs::path& path, const Limits& limits = {});

}  // namespace galen
