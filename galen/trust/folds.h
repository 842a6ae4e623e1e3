#pragma once
// Folds over patients, so that fits can be tested on patients left out of them.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace galen {

/// The fold (0 .. folds-1) of every row. A patient's rows share a fold; folds differ in size by at most one patient.
/// Depends only on the seed and the patients' names. Fewer patients than folds: one fold for each patient.
std::vector<int> patient_folds(std::span<const std::string> patients, int folds, std::uint64_t seed);

}  // namespace galen
