#include "tasks/ecg_rhythm/ventricular_fibrillation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace galen::ecg {
namespace {

constexpr double enough_hz = 120;     // enough, as the filtered signal ends at 30 Hz
constexpr double window_seconds = 4;  // length of a look; one look each second
constexpr double least_there = 0.9;   // of a window must be present for a lead to be looked at
constexpr double away_of_greatest = 0.2;
constexpr double slowest_per_minute = 150, fastest_per_minute = 540;

// Missing samples are NaN, for which no comparison holds, so they do not count.
double greatest_of(std::span<const float> samples) {
  float greatest = 0;
  for (const float sample : samples) greatest = std::max(greatest, std::abs(sample));
  return greatest;
}

double share_beyond(std::span<const float> samples, double limit) {
  std::size_t count = 0;
  for (const float sample : samples) count += std::abs(sample) >= static_cast<float>(limit);
  return static_cast<double>(count) / static_cast<double>(samples.size());
}

// Half a period in samples, as if the signal were a sine.
double half_wave_of(std::span<const float> samples) {
  double sum = 0, change = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (!std::isfinite(samples[i]) || !std::isfinite(samples[i - 1])) continue;
    sum += std::abs(samples[i]);
    change += std::abs(samples[i] - samples[i - 1]);
  }
  return std::numbers::pi * sum / change;
}

// 0: the signal is the inverse of what it was `lag` samples earlier; 1: nowhere so.
double leakage_of(std::span<const float> samples, std::size_t lag) {
  double left = 0, whole = 0;
  for (std::size_t i = lag; i < samples.size(); ++i) {
    if (!std::isfinite(samples[i]) || !std::isfinite(samples[i - lag])) continue;
    left += std::abs(samples[i] + samples[i - lag]);
    whole += std::abs(samples[i]) + std::abs(samples[i - lag]);
  }
  return whole > 0 ? left / whole : 1;
}

}  // namespace

VentricularFibrillation::VentricularFibrillation(const RhythmRules& rules, double rate_hz, std::size_t leads)
    : rules_(rules), stride_(std::max<std::int64_t>(1, static_cast<std::int64_t>(rate_hz / enough_hz))), leads_(leads) {
  rate_hz_ = rate_hz / static_cast<double>(stride_);
}

void VentricularFibrillation::push(const CleanSignal& signal, std::vector<Decision>& out) {
  const std::int64_t begin = signal.latest_begin();
  // The first sample to look at, not before the start of the recording.
  const std::int64_t at = std::max<std::int64_t>(0, (begin + stride_ - 1) / stride_ * stride_);
  for (std::size_t lead = 0; lead < leads_.size(); ++lead) {
    const std::span<const float> latest = signal.latest(lead);
    for (std::int64_t i = at - begin; i < std::ssize(latest); i += stride_) {
      leads_[lead].push_back(latest[static_cast<std::size_t>(i)]);
    }
  }
  const auto step = static_cast<std::size_t>(std::llround(rate_hz_));
  const auto window = static_cast<std::size_t>(std::llround(window_seconds * rate_hz_));
  std::size_t first = 0;
  for (; first + window <= leads_.front().size(); first += step) look(first, window, out);
  for (auto& lead : leads_) lead.erase(lead.begin(), lead.begin() + static_cast<std::ptrdiff_t>(first));
  begin_ += static_cast<std::int64_t>(first);
}

void VentricularFibrillation::look(std::size_t first, std::size_t window, std::vector<Decision>& out) {
  double per_minute = 0;  // of the last lead with a signal
  bool sees = true;
  for (std::size_t lead = 0; lead < leads_.size() && sees; ++lead) {
    const auto samples = std::span(leads_[lead]).subspan(first, window);
    const double greatest = greatest_of(samples);
    if (greatest == 0 || share_beyond(samples, 0) < least_there) continue;  // the lead is off
    sees = share_beyond(samples, away_of_greatest * greatest) > rules_.vf_away;
    if (!sees) break;
    const double half_wave = half_wave_of(samples);
    per_minute = 30 * rate_hz_ / half_wave;
    sees = per_minute > slowest_per_minute && per_minute < fastest_per_minute &&
           leakage_of(samples, static_cast<std::size_t>(std::lround(half_wave))) < rules_.vf_leakage;
  }
  sees = sees && per_minute > 0;
  const bool saw = std::exchange(seen_, sees);
  const double from = static_cast<double>(begin_ + static_cast<std::int64_t>(first)) / rate_hz_;
  const double until = from + static_cast<double>(window) / rate_hz_;
  if (sees) {
    if (!saw && !holds_) seen_in_ = {.begin_seconds = std::max(from, ended_seconds_)};
    seen_in_.until_seconds = until;
    ++seen_in_.count;
    seen_in_.per_minute += per_minute;
    seen_in_.fastest_per_minute = std::max(seen_in_.fastest_per_minute, per_minute);
  }
  if (sees && saw && !holds_) {
    holds_ = true;
    out.push_back({{code, true, seen_in_.begin_seconds, per_minute}, until});
  } else if (!sees && !saw && holds_) {
    end(until, out);
  }
}

void VentricularFibrillation::end(double decided_seconds, std::vector<Decision>& out) {
  holds_ = false;
  ended_seconds_ = seen_in_.until_seconds;
  episodes_.push_back({code, seen_in_.begin_seconds, seen_in_.until_seconds, seen_in_.per_minute / seen_in_.count,
                       seen_in_.fastest_per_minute, 0});
  out.push_back({{code, false, seen_in_.until_seconds, 0}, decided_seconds});
}

void VentricularFibrillation::finish(double at_seconds, std::vector<Decision>& out) {
  if (!holds_) return;
  if (seen_) seen_in_.until_seconds = at_seconds;  // its end was not seen
  end(at_seconds, out);
}

}  // namespace galen::ecg
