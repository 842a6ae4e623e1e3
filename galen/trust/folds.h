#pragma once
// Folds over patients, for fits that are judged on patients that they did not see.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace galen {

/// The fold (0 .. folds-1) of every row; a patient's rows share one, and folds are equal in patients within one.
/// Depends on the seed and on the patients' names alone. Fewer patients than folds: one fold for each patient.
std::vector<int> patient_folds(std::span<const std::string> patients, int folds, std::uint64_t seed);

}  // namespace galen
