#pragma once
// Samples that WFDB keeps compressed, as FLAC has it (signal(5), formats 508, 516 and 524).
#include "galen/io/wave/wfdb_samples.h"

namespace galen {

/// Formats 508, 516 and 524: a FLAC stream with a channel for each signal of the group, which must have as many samples
/// in a frame. A window is found by the stream's own seeking; each reading has its own decoder.
std::unique_ptr<WfdbSamples> open_wfdb_flac(const fs::path& path, int format, std::uint64_t offset,
                                            const std::vector<WfdbPlace>& places, const Limits& limits);

}  // namespace galen
