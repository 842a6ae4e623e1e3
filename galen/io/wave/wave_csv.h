#pragma once
// Recordings as comma-separated values: one line names the channels, each further line is one sample of all.
#include "galen/data/signal.h"
#include "galen/io/wave/wave_io.h"

namespace galen {

/// Names may state a unit in brackets: "II [mV]". A first column t, time, time_s or seconds, also as "Time (s)", holds
/// seconds, whose even steps are the rate; without one it is options.rate_hz. An empty cell is missing. Names may be
/// quoted, lines end in LF or CRLF. Errors, with their line: no samples, not UTF-8, no number, another number of cells
/// than names, a name that is empty or stands twice, a first column that may hold times by another name ("time_ms"),
/// uneven times, no rate or two, above the limits.
Signal read_wave_csv(const fs::path& path, const SignalOptions& options = {});

}  // namespace galen
