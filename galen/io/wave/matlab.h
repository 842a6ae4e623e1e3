#pragma once
// Level 4 MAT-files with one matrix of 16-bit samples, as PhysioNet's challenges distribute recordings.
#include <span>

#include "galen/io/wave/wave_io.h"

namespace galen {

bool is_matlab4(std::span<const std::byte> head, const fs::path& path);
/// Reads [channel, sample] at 1000 units per mV (with a remark). If a WFDB header of the same name lies beside the
/// file, that is read instead. Errors: no rate in the options, a type other than int16, big-endian, truncated.
Signal read_matlab4(const fs::path& path, const SignalOptions& options = {});
std::vector<fs::path> matlab4_files(const fs::path& path, const Limits& limits = {});

}  // namespace galen
