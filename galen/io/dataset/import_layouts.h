#pragma once
// Functions that the importers of layouts share.
#include <vector>

#include "galen/io/dataset/import.h"

namespace galen {

/// A dataset without rows whose root is the source. Errors: not a folder.
Dataset dataset_at(const fs::path& source);
/// Whether the extension is that of an image.
bool is_image_name(const fs::path& path);

/// Completes a dataset whose rows have ids and paths: description, patients and splits from the options. has_split:
/// whether the layout itself states a row's split.
Dataset finish_import(Dataset dataset, std::vector<bool> has_split, const ImportOptions& options);

}  // namespace galen
