#pragma once
// Files of examined cases, kept between folds and for the user: JSON Lines, one case per line.
#include "galen/pipeline/evaluate.h"

namespace galen {

/// Writes the records, and the failed cases with their errors. Atomic: a temporary file is written, then renamed.
void write_records(const fs::path& path, const Examination& examination);
/// Errors: a line that is not a record.
Examination read_records(const fs::path& path);

}  // namespace galen
