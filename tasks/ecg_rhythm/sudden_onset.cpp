#include "tasks/ecg_rhythm/sudden_onset.h"

#include <cmath>
#include <cstddef>
#include <numeric>

namespace galen::ecg {
namespace {

constexpr std::size_t most_before = 8, least_before = 4;  // intervals in the mean before
constexpr double sudden = 0.85;                           // of the mean before: a shorter interval is a sudden onset
constexpr double over = 0.93;  // of the mean before: with a longer recent mean the run is over
constexpr double pause = 1.8;  // of the mean before: after a longer interval all intervals are forgotten
constexpr double step = 0.2;   // with which the recent mean follows new intervals

}  // namespace

// Compares with a mean, in which early beats and the pauses after them cancel out.
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
