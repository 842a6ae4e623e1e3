#pragma once
// How fast the weights move at each update.
#include <cstdint>

#include "galen/engine/gradients.h"
#include "galen/pipeline/recipe.h"

namespace galen {

/// The learning rate's course over a training, in updates. Its end may be moved once it runs, to meet a time limit: the
/// decay then goes on from where it stands to 0 at the new end, without a jump.
struct Course {
  std::int64_t updates = 1;        ///< planned in all
  std::int64_t anchor_update = 0;  ///< where the present plan began
  double anchor_progress = 0;      ///< how far the decay was there, 0 to 1

  /// How far the decay is, 0 to 1, at an update.
  double progress(std::int64_t update) const;
  /// The end is now at another update. Errors (defect): it lies before `update`.
  void move_end(std::int64_t update, std::int64_t new_end);
};

/// Whether the weights that are kept depend on validate: the best epoch's, or training that stops early.
bool chooses_on_validate(const Schedule& schedule);

/// learning_rate * warm-up * decay: the warm-up rises linearly, reaching 1 at update warmup_updates - 1; the decay is
/// (1 - p)^0.9 ("polynomial", Chen et al. 2017, DeepLab; nnU-Net's), (1 + cos(pi p)) / 2 ("cosine", Loshchilov and
/// Hutter 2017) or 1 ("constant") at progress p.
double learning_rate(const Schedule& schedule, const Course& course, std::int64_t update);

/// The rule for one update. The average of the weights warms up, so that it does not hang on the initial ones: its
/// decay is at most (1 + update) / (10 + update), as TensorFlow's ExponentialMovingAverage has it.
UpdateRule update_rule(const Schedule& schedule, const Course& course, std::int64_t update);

}  // namespace galen
