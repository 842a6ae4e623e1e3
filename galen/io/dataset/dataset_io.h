#pragma once
// A dataset on disk: a folder with dataset.json and dataset.csv (docs/formats/datasets.md).
#include "galen/data/dataset.h"

namespace galen {

/// Reads and checks. dataset.json has name, task, source, licence, citation, classes, units, roots (read-only folders,
/// relative to the dataset or absolute), paths (the columns that hold paths; without it image, mask, signal and
/// annotation, where they are there), patients ("known" or "unknown"). dataset.csv has case, patient, split and the
/// task's columns; an empty field is missing and does not appear in the row. Paths are looked for in the folder, then
/// in the roots, and become absolute. With "patients": "unknown" the column patient may be missing: each case stands
/// for itself.
/// Errors, with file and line: keys that are not known, missing columns, a case twice, a patient in two splits, an
/// unknown split, a path that leads out of the folder and the roots (by a link too), a missing file.
Dataset read_dataset(const fs::path& folder, const Limits& limits = {});

/// Writes both files; the folder appears whole or not at all. In a folder that is there already the two are replaced
/// one after the other, each whole, and what else lies there stays. Paths are written relative to the first root that
/// holds them. Errors: a path outside the roots; the folder exists and replace is false.
void write_dataset(const Dataset& dataset, const fs::path& folder, bool replace = false);

}  // namespace galen
