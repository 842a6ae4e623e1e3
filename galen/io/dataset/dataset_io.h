#pragma once
// A dataset on disk: a folder with dataset.json and dataset.csv (docs/formats/datasets.md).
#include "galen/data/dataset.h"

namespace galen {

/// Reads and checks a dataset. dataset.json has name, task, source, licence, citation, classes, units, rates_hz, roots
/// (read-only folders, relative to the dataset or absolute), paths (the columns that hold paths; by default those of
/// image, mask, signal and annotation that exist), patients ("known" or "unknown"). dataset.csv has case, patient,
/// split and the task's columns; an empty field is missing and does not appear in the row. Paths are looked up in the
/// folder, then in the roots, and become absolute. With "patients": "unknown" the column patient may be missing: each
/// case then counts as a patient.
/// Errors, with file and line: unknown keys, missing columns, a repeated case, a patient in two splits, an unknown
/// split, a path that leads out of the folder and the roots (also by a link), a missing file.
Dataset read_dataset(const fs::path& folder, const Limits& limits = {});

/// Writes both files; a new folder appears complete or not at all. In an existing folder the two are replaced one after
/// the other, each as a whole, and other files stay. Paths are written relative to the first root that holds them.
/// Errors: a path outside the roots; the folder exists and replace is false.
void write_dataset(const Dataset& dataset, const fs::path& folder, bool replace = false);

}  // namespace galen
