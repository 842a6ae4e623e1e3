#pragma once
// The learning rate and update rule at each update.
#include <cstdint>

#include "galen/engine/gradients.h"
#include "galen/pipeline/recipe.h"

namespace galen {

/// The progress of the learning rate's decay over a training, in updates. Its end may be moved during training, to meet
/// a time limit: the decay then continues without a jump from its current value to the new end.
struct Course {
  std::int64_t updates = 1;        ///< planned in total
  std::int64_t anchor_update = 0;  ///< where the current plan began
  double anchor_progress = 0;      ///< progress of the decay there, 0 to 1

  /// Progress of the decay at an update, 0 to 1.
  double progress(std::int64_t update) const;
  /// Moves the end, as of `update`, to new_end. Errors (defect): new_end lies before `update`.
  void move_end(std::int64_t update, std::int64_t new_end);
};

/// Whether the kept weights depend on the validate split: through the best epoch or early stopping.
bool chooses_on_validate(const Schedule& schedule);

/// learning_rate * warm-up * decay: the warm-up rises linearly, reaching 1 at update warmup_updates - 1; the decay is
/// (1 - p)^0.9 ("polynomial", Chen et al. 2017, DeepLab; nnU-Net's), (1 + cos(pi p)) / 2 ("cosine", Loshchilov and
/// Hutter 2017) or 1 ("constant") at progress p.
double learning_rate(const Schedule& schedule, const Course& course, std::int64_t update);

/// The rule for one update. The weight average warms up so that it does not depend on the initial weights: its decay is
/// at most (1 + update) / (10 + update), as in TensorFlow's ExponentialMovingAverage.
UpdateRule update_rule(const Schedule& schedule, const Course& course, std::int64_t update);

}  // namespace galen
