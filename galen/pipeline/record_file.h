#pragma once
// Records of examined cases on disk, between folds and for a user: JSON lines, one case each.
#include "galen/pipeline/evaluate.h"

namespace galen {

/// Records, and the cases that failed with their errors. Written beside and renamed.
void write_records(const fs::path& path, const Examination& examination);
/// Errors: a line that is not a record.
Examination read_records(const fs::path& path);

}  // namespace galen
