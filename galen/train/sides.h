#pragma once
// Who trains, who chooses, who calibrates and who judges. A patient is on one side only.
#include <cstdint>
#include <vector>

#include "galen/data/dataset.h"
#include "galen/pipeline/recipe.h"

namespace galen {

using Rows = std::vector<const DatasetRow*>;

/// The cases of one training. Sides that a dataset does not have are empty.
struct Sides {
  Rows train, validate;
  Rows conclude;  ///< probabilities, coverage: out-of-fold cases, or the calibrate split
  Rows report;    ///< scores: the same out-of-fold cases, or the test split
};

/// What may be looked at in planning and in folds: everything but the test split.
Dataset without_test(const Dataset& dataset);

/// One outer fold: its cases judge (conclude and report). Where the schedule chooses on validate, an eighth of the
/// other patients (at least one) are validate and the rest train. Where it chooses nothing, all others train, and the
/// fold's own cases are validate: they draw the curves, and nothing hangs on them (as in nnU-Net, Isensee et al. 2021).
/// Depends on the seed and the patients' names alone. Errors: too few patients.
Sides sides_of_fold(const Dataset& dataset, int folds, int fold, const Schedule& schedule, std::uint64_t seed);

/// The dataset's own splits; where it has no validate split, an eighth of the patients of train is carved out.
/// Errors: no train split, too few patients.
Sides sides_of_splits(const Dataset& dataset, std::uint64_t seed);

int count_patients(const Rows& rows);

}  // namespace galen
