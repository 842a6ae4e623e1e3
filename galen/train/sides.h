#pragma once
// Which cases are used to train, validate, calibrate and score. A patient is on one side only.
#include <cstdint>
#include <vector>

#include "galen/data/dataset.h"
#include "galen/pipeline/recipe.h"

namespace galen {

using Rows = std::vector<const DatasetRow*>;

/// The cases of one training, by use. Those that a dataset does not have are empty.
struct Sides {
  Rows train, validate;
  Rows conclude;  ///< for probabilities and coverage: out-of-fold cases, or the calibrate split
  Rows report;    ///< for scores: the same out-of-fold cases, or the test split
};

/// The cases that planning and cross-validation may use: all but the test split.
Dataset without_test(const Dataset& dataset);

/// One outer fold, whose cases are used to conclude and report. If the schedule makes choices on validate, an eighth of
/// the other patients (at least one) validate and the rest train. If not, all others train, and the fold's own cases
/// also serve as validate, only to plot curves (as in nnU-Net, Isensee et al. 2021). The assignment depends only on the
/// seed and the patients (names, numbers of cases). Errors: too few patients.
Sides sides_of_fold(const Dataset& dataset, int folds, int fold, const Schedule& schedule, std::uint64_t seed);

/// The dataset's own splits; without a validate split, an eighth of the training patients are moved to validate.
/// Errors: no train split, too few patients.
Sides sides_of_splits(const Dataset& dataset, std::uint64_t seed);

int count_patients(const Rows& rows);

}  // namespace galen
