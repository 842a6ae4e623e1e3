#pragma once
// Which cases a bundle's decisions were fitted on: nothing honest is told of how well they do on these.
#include <vector>

#include "galen/pipeline/task.h"

namespace galen {

/// What a bundle keeps to know the cases again: a sorted list of short hashes of their and their patients' names.
Json fitted_on(const std::vector<Record>& records);

/// Of each record, whether such a list names its case; all false where the list is none (as of earlier bundles).
std::vector<bool> among_fitted(const Json& list, const std::vector<Record>& records);

}  // namespace galen
