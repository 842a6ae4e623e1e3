#pragma once
// WFDB, PhysioNet's format: header(5), signal(5) and annot(5) of the WFDB Applications Guide.
#include <span>
#include <string>
#include <vector>

#include "galen/base/files.h"
#include "galen/data/annotations.h"
#include "galen/data/signal.h"
#include "galen/io/wave/wave_io.h"

namespace galen {

/// Recognised by the extension .hea, or by a record line that names the record as the file is named.
bool is_wfdb(std::span<const std::byte> head, const fs::path& path);
/// path: the header. Errors: as read_signal.
Signal read_wfdb(const fs::path& path, const SignalOptions& options = {});
/// The headers and signal files of a record and of its segments.
std::vector<fs::path> wfdb_files(const fs::path& path, const Limits& limits = {});

/// Reads MIT's annotation format. Errors: as read_annotations; marks that go back in time or beyond the end of the
/// record beside the file.
Annotations read_wfdb_annotations(const fs::path& path, double rate_hz, const Limits& limits = {});

/// Bytes of an annotation file. Errors: a code that WFDB does not have, times that go back, a field that is too large.
/// with_clock: begins with a note of the rate.
Bytes encode_wfdb_annotations(const Annotations& annotations, bool with_clock, const std::string& where);
/// Errors: as read_wfdb_annotations. rate_hz: for a file that does not state its own; 0: such a file is an error.
Annotations decode_wfdb_annotations(std::span<const std::byte> bytes, double rate_hz, const std::string& where);
/// Codes 1 to 41 of ecgcodes.h, as WFDB's programs print them: "N", "V", "+". "[42]" to "[49]": user-defined. Empty: no
/// such code.
std::string wfdb_mnemonic(int code);
/// -1: no code has this mnemonic.
int wfdb_code(std::string_view mnemonic);

}  // namespace galen
