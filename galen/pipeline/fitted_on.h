#pragma once
// Which cases a bundle's decisions were fitted on; performance measured on these is biased.
#include <vector>

#include "galen/pipeline/task.h"

namespace galen {

/// What a bundle stores to recognise the cases: a sorted list of short hashes of the case and patient names.
Json fitted_on(const std::vector<Record>& records);

/// For each record, whether the list contains its case; all false if it is not a list (as in earlier bundles).
std::vector<bool> among_fitted(const Json& list, const std::vector<Record>& records);

}  // namespace galen
