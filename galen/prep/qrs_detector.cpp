#include "galen/prep/qrs_detector.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "galen/base/upper_median.h"

namespace galen {
namespace {

constexpr double short_seconds = 0.018, long_seconds = 0.08, envelope_seconds = 0.1;
constexpr double apart_seconds = 0.2;   // a heart does not beat faster than 300 a minute
constexpr double patience_seconds = 2;  // without a candidate, before the level falls
constexpr float fall = 0.8f;            // factor on the level per maximum that is too small, once patience has run out
constexpr float least_level = 0.1f;     // of the usual level, so that noise during asystole is not taken for beats
constexpr double usual_seconds = 300;   // time constant of the usual level
constexpr std::size_t recent_count = 8, first_count = 20;
constexpr double first_seconds = 30;  // longest time that the first maxima wait for more

int odd_window(double seconds, double rate_hz) {
  return 2 * static_cast<int>(std::lround((seconds * rate_hz - 1) / 2)) + 1;
}

}  // namespace

QrsDetector::QrsDetector(double rate_hz, std::size_t leads)
    : bands_(leads, BandByAverages({std::max(1, odd_window(short_seconds, rate_hz)), 2},
                                   {std::max(3, odd_window(long_seconds, rate_hz)), 4})),
      envelopes_(leads, MovingAverage(std::max(1, odd_window(envelope_seconds, rate_hz)))),
      delay_(bands_.front().delay() + envelopes_.front().delay()),
      apart_(std::llround(apart_seconds * rate_hz)),
      patience_(std::llround(patience_seconds * rate_hz)),
      first_wait_(std::llround(first_seconds * rate_hz)),
      usual_samples_(usual_seconds * rate_hz) {}

void QrsDetector::push(std::span<const std::vector<float>> samples, std::vector<Candidate>& out) {
  std::vector<float> energy(samples.front().size(), 0.f), one(energy.size());
  for (std::size_t lead = 0; lead < bands_.size(); ++lead) {
    bands_[lead].process(samples[lead], one);
    for (float& v : one) v = std::abs(v);
    envelopes_[lead].process(one, one);
    for (std::size_t i = 0; i < energy.size(); ++i) energy[i] += std::isfinite(one[i]) ? one[i] : 0;
  }
  for (const float e : energy) take(e, out);
}

void QrsDetector::finish(std::vector<Candidate>& out) {
  const std::vector<std::vector<float>> rest(bands_.size(),
                                             std::vector<float>(static_cast<std::size_t>(delay_), std::nanf("")));
  push(rest, out);
  take(0, out);
  settle(best_, out);
  best_ = {};
  if (!started_) start(out);
}

std::int64_t QrsDetector::decided() const {
  const std::int64_t last = std::max<std::int64_t>(0, received_ - 1 - delay_);
  if (!first_.empty()) return std::min(first_.front().sample, last);
  return best_.sample >= 0 ? std::min(best_.sample, last) : last;
}

// A local maximum is recognised one sample later.
void QrsDetector::take(float energy, std::vector<Candidate>& out) {
  const std::int64_t at = received_++ - 1 - delay_;  // sample of last_
  if (last_ > before_last_ && last_ >= energy && at >= 0) {
    const Peak peak{at, last_};
    if (best_.sample >= 0 && at - best_.sample < apart_) {
      if (peak.energy > best_.energy) best_ = peak;
    } else {
      settle(best_, out);
      best_ = peak;
    }
  } else if (best_.sample >= 0 && at - best_.sample >= apart_) {
    settle(best_, out);
    best_ = {};
  }
  if (!first_.empty() && at - first_.front().sample > first_wait_) start(out);
  before_last_ = last_;
  last_ = energy;
}

// The first maxima wait until there are enough of them to set a level, but not for ever (take() ends the wait) if the
// signal goes flat.
void QrsDetector::settle(const Peak& peak, std::vector<Candidate>& out) {
  if (peak.sample < 0) return;
  if (started_) return judge(peak, out);
  first_.push_back(peak);
  if (first_.size() == first_count) start(out);
}

// Sets the initial level: the median of the greatest maxima so far.
void QrsDetector::start(std::vector<Candidate>& out) {
  started_ = true;
  std::vector<Peak> first;
  first.swap(first_);
  std::vector<float> energies;
  energies.reserve(first.size());
  for (const Peak& peak : first) energies.push_back(peak.energy);
  std::ranges::sort(energies, std::greater());
  energies.resize(std::min(energies.size(), recent_count));
  if (energies.empty()) return;
  usual_level_ = upper_median(std::move(energies));
  recent_.assign(recent_count, usual_level_);
  for (const Peak& peak : first) judge(peak, out);
}

void QrsDetector::judge(const Peak& peak, std::vector<Candidate>& out) {
  const float least = least_level * usual_level_;
  const float level = std::max(least, upper_median(std::vector(recent_.begin(), recent_.end())));
  const double passed = static_cast<double>(peak.sample - std::exchange(last_judged_, peak.sample)) / usual_samples_;
  usual_level_ += static_cast<float>(std::min(passed, 1.)) * (level - usual_level_);
  if (peak.energy > least_strength * level) {
    out.push_back({peak.sample, peak.energy / level});
    recent_.pop_front();
    recent_.push_back(std::min(peak.energy, 3 * level));
    last_candidate_ = peak.sample;
  } else if (peak.sample - last_candidate_ > patience_ && level > least) {
    for (float& energy : recent_) energy *= fall;
  }
}

}  // namespace galen
