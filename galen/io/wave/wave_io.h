#pragma once
// Recordings <-> Signal and Annotations: WFDB, EDF and BDF, HL7 aECG, CSV.
// What readers of the field disagree on, and what is done here, is in docs/formats/signals.md.
#include <string>
#include <vector>

#include "galen/base/files.h"
#include "galen/data/annotations.h"
#include "galen/data/signal.h"

namespace galen {

struct SignalOptions {
  double rate_hz = 0;  ///< of a CSV or a bare .mat that do not state it; 0: they must
  Limits limits = {.max_bytes = 1ull << 40, .max_elements = 1ull << 40};  ///< samples stay in the file
};

/// A window on a recording: headers are read, samples stay in the file until they are asked for (memory map). The
/// format is recognised by content; WFDB may be named by its header or by the record. Errors: no recording, damaged,
/// truncated, a header that does not hold together, a missing segment or signal file, above the limits.
Signal read_signal(const fs::path& path, const SignalOptions& options = {});
/// The name of its format: "WFDB", "EDF+D", ... Errors: as read_signal.
std::string signal_format(const fs::path& path);
/// All files that it is read from: the header, the signal files, those of its segments. Errors: as read_signal.
std::vector<fs::path> signal_files(const fs::path& path, const Limits& limits = {});

/// Marks of a WFDB annotation file, of an EDF+ or BDF+ file, or of an aECG. rate_hz: the clock of a WFDB file that
/// does not state its own; 0: that of the record beside it. Errors: no such file, damaged, no clock.
Annotations read_annotations(const fs::path& path, double rate_hz = 0, const Limits& limits = {});

/// How samples are written in WFDB.
struct WfdbOptions {
  double gain = 1000;  ///< per unit
  int format = 16;     ///< or 212
};
/// WFDB: NAME.hea with NAME.dat; written beside and renamed. Missing samples are WFDB's invalid value. Errors: a value
/// that the gain cannot hold, a name that WFDB forbids.
void write_signal(const Signal& signal, const fs::path& header, const WfdbOptions& options = {});
/// A WFDB annotation file ("100.atr") that states its clock. The format has no ends of marks and no probabilities: they
/// are not written. Errors: a code that WFDB does not have, marks that are not in the order of time.
void write_annotations(const Annotations& annotations, const fs::path& path);

/// The formats, for help texts: "EDF, EDF+ (.edf)".
std::vector<std::string> signal_formats();

}  // namespace galen
