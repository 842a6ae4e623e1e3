#pragma once
// Samples that WFDB keeps as differences (signal(5), format 8).
#include "galen/io/wave/wfdb_samples.h"

namespace galen {

/// Format 8, first differences. A value depends on all before it: sums at every 4096th frame are kept, up to where
/// anything was read, so that a window costs a pass over what lies before it once.
std::unique_ptr<WfdbSamples> open_wfdb_differences(const fs::path& path, std::uint64_t offset,
                                                   std::vector<WfdbPlace> places, const Limits& limits);

}  // namespace galen
