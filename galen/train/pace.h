#pragma once
// A time limit becomes a number of updates, by the rate measured so far.
#include <optional>
#include <vector>

#include "galen/pipeline/recipe.h"

namespace galen {

struct LoopState;

/// Seconds that each network which is not done may take of a limit on all that is trained now; 5 % are left for
/// preparing, examining and writing. 0: there is no limit, or no network.
double limit_of_each(double limit_seconds, const std::vector<bool>& done);

class Pace {
 public:
  /// limit_seconds 0: there is no limit, and new_end() never changes anything.
  Pace(const Schedule& schedule, std::int64_t updates_per_epoch, double limit_seconds);

  /// Where the training should end now, in updates, if that differs from the plan enough to change it: at once where
  /// the limit would be passed by 2 %, or where 10 % more fit. Looks at the ends of epochs, and after 4, 8, 16...
  /// updates in the first; never past the schedule's own end. A limit that has passed ends the training at this update.
  std::optional<std::int64_t> new_end(const LoopState& state) const;

 private:
  std::int64_t validate_every_updates_, updates_per_epoch_, most_updates_;
  double limit_;
};

}  // namespace galen
