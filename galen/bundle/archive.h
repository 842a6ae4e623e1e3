#pragma once
// Reads and writes zip files with libarchive.
#include "galen/base/files.h"

namespace galen {

/// Unpacks a zip into an existing, empty folder. Errors: damaged, encrypted; an entry that is a link or device, has a
/// path that is not plain, or occurs twice; more than limits.max_bytes, more than 100 times the size of the zip plus 16
/// MiB, or more than 10000 entries.
void unpack_zip(const fs::path& zip, const fs::path& folder, const Limits& limits);

/// Packs all files under a folder, sorted by name and without timestamps: the same files give the same bytes.
void pack_zip(const fs::path& folder, const fs::path& zip);

}  // namespace galen
