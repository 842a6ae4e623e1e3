#pragma once
// Samples that WFDB stores compressed, as FLAC (signal(5), formats 508, 516 and 524).
#include "galen/io/wave/wfdb_samples.h"

namespace galen {

/// Formats 508, 516 and 524: a FLAC stream with one channel for each signal of the group, all with the same number of
/// samples per frame. A window is found by seeking in the stream; each read has its own decoder.
std::unique_ptr<WfdbSamples> open_wfdb_flac(const fs::path& path, int format, std::uint64_t offset,
                                            const std::vector<WfdbPlace>& places, const Limits& limits);

}  // namespace galen
