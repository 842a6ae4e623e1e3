#pragma once
// Converts a time limit into a number of updates, from the rate measured so far.
#include <optional>
#include <vector>

#include "galen/pipeline/recipe.h"

namespace galen {

struct LoopState;

/// Seconds for each network that is not done, as an equal share of the limit on the whole training; 5 % are reserved
/// for preparing, examining and writing. 0: there is no limit, or no network to train.
double limit_of_each(double limit_seconds, const std::vector<bool>& done);

class Pace {
 public:
  /// limit_seconds 0: no limit; new_end() is always empty.
  Pace(const Schedule& schedule, std::int64_t updates_per_epoch, double limit_seconds);

  /// The new end of the training, in updates, or empty to keep the plan. It moves if the remaining updates must shrink
  /// by over 2 % or can grow by over 10 %, but never past the schedule's end. Checked at the ends of epochs and, in the
  /// first, after 4, 8, 16... updates. Once the limit has passed, training ends at this update.
  std::optional<std::int64_t> new_end(const LoopState& state) const;

 private:
  std::int64_t validate_every_updates_, updates_per_epoch_, most_updates_;
  double limit_;
};

}  // namespace galen
