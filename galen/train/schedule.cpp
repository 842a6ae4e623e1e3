#include "galen/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace galen {

double Course::progress(std::int64_t update) const {
  if (update >= updates) return 1;
  const auto done = static_cast<double>(update - anchor_update), all = static_cast<double>(updates - anchor_update);
  return anchor_progress + (1 - anchor_progress) * done / all;
}

void Course::move_end(std::int64_t update, std::int64_t new_end) {
  if (new_end < update) throw defect("training", "its end was moved into the past");
  anchor_progress = progress(update);
  anchor_update = update;
  updates = new_end;
}

bool chooses_on_validate(const Schedule& schedule) {
  return schedule.keep == "best" || schedule.patience > 0;
}

double learning_rate(const Schedule& schedule, const Course& course, std::int64_t update) {
  double rate = schedule.learning_rate;
  if (update < schedule.warmup_updates) rate *= static_cast<double>(update + 1) / schedule.warmup_updates;
  const double p = course.progress(update);
  if (schedule.decay == "polynomial") return rate * std::pow(1 - p, 0.9);
  if (schedule.decay == "cosine") return rate * (1 + std::cos(std::numbers::pi * p)) / 2;
  return rate;
}

UpdateRule update_rule(const Schedule& schedule, const Course& course, std::int64_t update) {
  UpdateRule rule;
  rule.method = schedule.method == "adamw" ? UpdateRule::Method::adamw : UpdateRule::Method::sgd;
  rule.learning_rate = learning_rate(schedule, course, update);
  rule.weight_decay = schedule.weight_decay;
  rule.momentum = schedule.momentum;
  rule.clip_norm = schedule.clip_norm;
  const auto n = static_cast<double>(update);
  rule.ema_decay = std::min(schedule.ema_decay, (1 + n) / (10 + n));
  return rule;
}

}  // namespace galen
