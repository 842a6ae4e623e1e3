#pragma once
// The sentence that states, next to a bundle's scores, how they were obtained.
#include <string>
#include <vector>

#include "galen/train/train_bundle.h"

namespace galen {

/// The number of cases and patients that were judged.
struct Judged {
  std::size_t cases = 0, patients = 0, failed = 0;
};

/// For out-of-fold scores. folds: numbers of the completed folds.
std::string protocol_of_folds(const Dataset& dataset, const Schedule& schedule, const TrainOptions& options,
                              const std::vector<int>& folds, const Judged& judged);

/// For scores on the dataset's own test split, or the reason why there are none.
std::string protocol_of_splits(const Dataset& dataset, const Schedule& schedule, const Judged& judged);

/// For a bundle whose networks are none of those that were judged.
std::string protocol_of_refitted(const std::string& protocol_of_folds);

}  // namespace galen
