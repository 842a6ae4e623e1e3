#include "tasks/ecg_rhythm/ventricular_fibrillation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "tasks/ecg_rhythm/clean_signal.h"

namespace galen::ecg {
namespace {

constexpr const char* code = "vf";
constexpr double enough_hz = 120;     // what is left of the signal ends at 30
constexpr double window_seconds = 4;  // of a look; one each second
constexpr double least_there = 0.9;   // of a window, for a lead to be looked at
constexpr double away_of_greatest = 0.2;
constexpr double slowest_per_minute = 150, fastest_per_minute = 540;

struct Wave {
  double per_minute = 0;
  double leakage = 0;  // 0: half a wave later the signal is its opposite; 1: it never is
  double away = 0;     // share of the samples
};

// Nothing for a lead that is missing or flat.
std::optional<Wave> wave_of(std::span<const float> samples, double rate_hz) {
  double there = 0, sum = 0, change = 0, greatest = 0;
  float before = std::nanf("");
  for (const float sample : samples) {
    if (std::isfinite(sample)) {
      ++there;
      sum += std::abs(sample);
      greatest = std::max<double>(greatest, std::abs(sample));
      if (std::isfinite(before)) change += std::abs(sample - before);
    }
    before = sample;
  }
  if (there < least_there * static_cast<double>(samples.size()) || change == 0) return std::nullopt;
  const double half_wave = std::numbers::pi * sum / change;  // of a sine; samples
  const auto lag = std::clamp<std::size_t>(static_cast<std::size_t>(std::llround(half_wave)), 1, samples.size() - 1);
  double left = 0, whole = 0, away = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    away += std::abs(samples[i]) > away_of_greatest * greatest;
    if (i < lag || !std::isfinite(samples[i]) || !std::isfinite(samples[i - lag])) continue;
    left += std::abs(samples[i] + samples[i - lag]);
    whole += std::abs(samples[i]) + std::abs(samples[i - lag]);
  }
  return Wave{30 * rate_hz / half_wave, whole > 0 ? left / whole : 1, away / there};
}

}  // namespace

VentricularFibrillation::VentricularFibrillation(const RhythmRules& rules, double rate_hz, std::size_t leads)
    : rules_(rules),
      stride_(std::max<std::int64_t>(1, static_cast<std::int64_t>(rate_hz / enough_hz))),
      filters_(leads, clean_filter(rate_hz)),
      next_(-filters_.front().delay()),
      leads_(leads) {
  rate_hz_ = rate_hz / static_cast<double>(stride_);
}

void VentricularFibrillation::push(std::span<const std::vector<float>> samples, std::vector<Decision>& out) {
  const std::size_t count = samples.front().size();
  std::vector<float> clean(count);
  for (std::size_t lead = 0; lead < leads_.size(); ++lead) {
    filters_[lead].process(samples[lead], clean);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t sample = next_ + static_cast<std::int64_t>(i);
      if (sample >= 0 && sample % stride_ == 0) leads_[lead].push_back(clean[i]);
    }
  }
  next_ += static_cast<std::int64_t>(count);
  const auto step = static_cast<std::size_t>(std::llround(rate_hz_));
  const auto window = static_cast<std::size_t>(std::llround(window_seconds * rate_hz_));
  std::size_t first = 0;
  for (; first + window <= leads_.front().size(); first += step) look(first, window, out);
  for (auto& lead : leads_) lead.erase(lead.begin(), lead.begin() + static_cast<std::ptrdiff_t>(first));
  begin_ += static_cast<std::int64_t>(first);
}

void VentricularFibrillation::look(std::size_t first, std::size_t window, std::vector<Decision>& out) {
  double per_minute = 0;  // of the first lead with a signal
  bool sees = true;
  for (const auto& lead : leads_) {
    const auto wave = wave_of(std::span(lead).subspan(first, window), rate_hz_);
    if (!wave) continue;
    if (per_minute == 0) per_minute = wave->per_minute;
    sees = sees && wave->leakage < rules_.vf_leakage && wave->away > rules_.vf_away &&
           wave->per_minute > slowest_per_minute && wave->per_minute < fastest_per_minute;
  }
  sees = sees && per_minute > 0;
  const bool saw = std::exchange(seen_, sees);
  const double from = static_cast<double>(begin_ + static_cast<std::int64_t>(first)) / rate_hz_;
  const double until = from + static_cast<double>(window) / rate_hz_;
  if (sees) {
    if (!saw && !holds_) seen_in_ = {.begin_seconds = from};
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
  episodes_.push_back({code, seen_in_.begin_seconds, seen_in_.until_seconds, seen_in_.per_minute / seen_in_.count,
                       seen_in_.fastest_per_minute, 0});
  out.push_back({{code, false, seen_in_.until_seconds, 0}, decided_seconds});
}

void VentricularFibrillation::finish(std::vector<Decision>& out) {
  const auto received = static_cast<double>(next_ + filters_.front().delay());
  if (holds_) end(received / (rate_hz_ * static_cast<double>(stride_)), out);
}

}  // namespace galen::ecg
