#include "tasks/ecg_rhythm/sudden_onset.h"

#include <cmath>
#include <cstddef>
#include <numeric>

namespace galen::ecg {
namespace {

constexpr std::size_t most_before = 8, least_before = 4;  // intervals
constexpr double sudden = 0.85;                           // of the interval before: what is shorter is a sudden onset
constexpr double over = 0.93;                             // of the interval before: what is longer is no run any more
constexpr double pause = 1.8;  // of the intervals before: what was before it tells nothing of what comes
constexpr double step = 0.2;   // of the mean of late

}  // namespace

// The mean: early beats and the pauses behind them make up for each other.
double SuddenOnset::follow(double interval_seconds) {
  const double before =
      last_.empty() ? 0 : std::accumulate(last_.begin(), last_.end(), 0.0) / static_cast<double>(last_.size());
  if (!last_.empty() && interval_seconds > pause * before) {
    last_.clear();
    run_.reset();
    return 0;
  }
  if (run_ && interval_seconds >= std::sqrt(run_->before * run_->now)) run_.reset();
  if (run_) {
    run_->now += step * (interval_seconds - run_->now);
    if (run_->now > over * run_->before) run_.reset();
  } else if (last_.size() >= least_before && interval_seconds < sudden * before) {
    run_ = {before, interval_seconds};
  }
  last_.push_back(interval_seconds);
  if (last_.size() > most_before) last_.pop_front();
  return run_ ? std::log(run_->before / run_->now) : 0;
}

}  // namespace galen::ecg
