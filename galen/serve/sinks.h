#pragma once
// Sinks that write text: terminal, NDJSON, FHIR.
#include <functional>
#include <memory>

#include "galen/base/files.h"
#include "galen/serve/sink.h"

namespace galen::serve {

/// Takes a line without its newline. Errors: it cannot be written.
using WriteLine = std::function<void(const std::string&)>;

/// Lines for people, in order of time: alerts and the monitor's own events, but no beats. colour: for a terminal.
std::unique_ptr<Sink> terminal_sink(WriteLine write, bool colour);
/// One JSON object per line for every event and alert; the same bytes when a recording is replayed.
std::unique_ptr<Sink> ndjson_sink(WriteLine write);
/// One FHIR R4 Observation per line for every change of an alert, and for each that stands at the stream's end.
/// device: what made the observation, "ecg-rhythm 1.0".
std::unique_ptr<Sink> fhir_sink(WriteLine write, const std::string& device);

/// The Observation, without `issued`, which is this machine's time.
Json fhir_observation(const Notice& notice, const Alert& alert, const std::string& device);
/// The start (ISO 8601) plus seconds, to the millisecond; empty if the start is empty or lacks a date or time of day.
std::string time_after(const std::string& started_at, double seconds);

/// Writes lines to a new file, each whole and flushed. replace: the file may exist. Errors: it cannot be opened or
/// written, or already exists.
WriteLine write_to_file(const fs::path& path, bool replace);
/// Whole lines, each flushed.
WriteLine write_to_standard_output();

}  // namespace galen::serve
