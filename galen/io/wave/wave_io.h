#pragma once
// Recordings <-> Signal and Annotations: WFDB, EDF and BDF, HL7 aECG, CSV.
// Where existing readers disagree, docs/formats/signals.md says what is done here.
#include <string>
#include <vector>

#include "galen/base/files.h"
#include "galen/data/annotations.h"
#include "galen/data/signal.h"

namespace galen {

struct SignalOptions {
  double rate_hz = 0;  ///< for a CSV or a bare .mat that does not state its rate; 0: it must
  Limits limits = {.max_bytes = 1ull << 40, .max_elements = 1ull << 40};  ///< samples stay in the file
};

/// Opens a recording: headers are read, samples stay in the file until they are requested (memory map). The format is
/// recognised by content; a WFDB record may be given by its header or by its name. Errors: no recording, damaged,
/// truncated, an inconsistent header, a missing segment or signal file, above the limits.
Signal read_signal(const fs::path& path, const SignalOptions& options = {});
/// The name of a recording's format: "WFDB", "EDF+D", ... Errors: as read_signal.
std::string signal_format(const fs::path& path);
/// All files of a recording: the header, the signal files, and those of its segments. Errors: as read_signal.
std::vector<fs::path> signal_files(const fs::path& path, const Limits& limits = {});

/// Reads the marks of a WFDB annotation file, an EDF+ or BDF+ file, or an aECG. rate_hz: the clock of a WFDB file that
/// does not state its own; 0: that of the record beside it. Errors: no such file, damaged, no clock.
Annotations read_annotations(const fs::path& path, double rate_hz = 0, const Limits& limits = {});

/// How samples are written in WFDB.
struct WfdbOptions {
  double gain = 1000;  ///< digital units per physical unit
  int format = 16;     ///< 16 or 212
};
/// Writes WFDB: NAME.hea and NAME.dat, each under a temporary name and then renamed. Missing samples become WFDB's
/// invalid value. Errors: a value out of range at this gain, a name that WFDB forbids.
void write_signal(const Signal& signal, const fs::path& header, const WfdbOptions& options = {});
/// Writes a WFDB annotation file ("100.atr") that states its clock. The format holds neither the ends of marks nor
/// probabilities: these are not written. Errors: a code that WFDB does not have, marks that are not in order of time.
void write_annotations(const Annotations& annotations, const fs::path& path);

/// The formats, for help texts: "EDF, EDF+ (.edf)".
std::vector<std::string> signal_formats();

}  // namespace galen
