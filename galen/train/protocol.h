#pragma once
// How the scores of a bundle came about, in the sentence that stands beside them.
#include <string>
#include <vector>

#include "galen/train/train_bundle.h"

namespace galen {

/// What was judged.
struct Judged {
  std::size_t cases = 0, patients = 0, failed = 0;
};

/// Of out-of-fold scores. folds: the numbers of those that are done.
std::string protocol_of_folds(const Dataset& dataset, const Schedule& schedule, const TrainOptions& options,
                              const std::vector<int>& folds, const Judged& judged);

/// Of scores on the dataset's own test split, or of why there are none.
std::string protocol_of_splits(const Dataset& dataset, const Schedule& schedule, const Judged& judged);

/// Of a bundle whose network is none of those that were judged.
std::string protocol_of_refitted(const std::string& protocol_of_folds);

}  // namespace galen
