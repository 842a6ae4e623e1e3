#include "galen/train/pace.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "galen/train/loop_state.h"

namespace galen {

double limit_of_each(double limit_seconds, const std::vector<bool>& done) {
  constexpr double for_updates = 0.95;
  const auto left = std::ranges::count(done, false);
  return left > 0 ? for_updates * limit_seconds / static_cast<double>(left) : 0;
}

Pace::Pace(const Schedule& schedule, std::int64_t updates_per_epoch, double limit_seconds)
    : validate_every_updates_(updates_per_epoch * schedule.validate_every),
      updates_per_epoch_(updates_per_epoch),
      most_updates_(updates_per_epoch * schedule.epochs),
      limit_(limit_seconds) {}

std::optional<std::int64_t> Pace::new_end(const LoopState& state) const {
  const std::int64_t now = state.update, planned = state.course.updates;
  if (limit_ <= 0 || now >= planned) return std::nullopt;
  const double left = limit_ - state.seconds;
  if (left <= 0) return now;
  const bool early = now >= 4 && now < updates_per_epoch_ && std::has_single_bit(static_cast<std::uint64_t>(now));
  if (!early && now % updates_per_epoch_ != 0) return std::nullopt;

  const double per_update = state.update_seconds / static_cast<double>(now);
  const double validation = state.validations > 0 ? state.validation_seconds / state.validations : 0;
  const double cost = per_update + validation / static_cast<double>(validate_every_updates_);
  const double fit = std::max(0.0, std::floor((left - validation) / cost));
  const std::int64_t end = now + static_cast<std::int64_t>(std::min(fit, static_cast<double>(most_updates_ - now)));
  const double change = static_cast<double>(end - planned) / static_cast<double>(planned - now);
  if (change >= -0.02 && change <= 0.10) return std::nullopt;
  return end;
}

}  // namespace galen
