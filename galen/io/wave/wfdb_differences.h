#pragma once
// Samples that WFDB stores as differences (signal(5), format 8).
#include "galen/io/wave/wfdb_samples.h"

namespace galen {

/// Format 8, first differences. A value depends on all before it, so the sum at every 4096th frame is kept, up to the
/// farthest one read: what precedes a window is passed over only once.
std::unique_ptr<WfdbSamples> open_wfdb_differences(const fs::path& path, std::uint64_t offset,
                                                   std::vector<WfdbPlace> places, const Limits& limits);

}  // namespace galen
