#pragma once
// Recordings as comma-separated values: the first line names the channels, each further line is one sample of every
// channel.
#include "galen/data/signal.h"
#include "galen/io/wave/wave_io.h"

namespace galen {

/// Names may state a unit in brackets: "II [mV]". A first column named t, time, time_s or seconds, or also "Time (s)",
/// holds seconds, whose even steps give the rate; without one the rate is options.rate_hz. An empty cell is a missing
/// sample. Names may be quoted; lines end in LF or CRLF. Errors, with their line: no samples, not UTF-8, not a number,
/// a different number of cells than names, an empty or repeated name, a first column that may hold times under another
/// name ("time_ms"), uneven times, no rate or two rates, above the limits.
Signal read_wave_csv(const fs::path& path, const SignalOptions& options = {});

}  // namespace galen
