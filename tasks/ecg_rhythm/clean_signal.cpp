#include "tasks/ecg_rhythm/clean_signal.h"

#include <algorithm>
#include <cmath>

namespace galen::ecg {
namespace {

constexpr double crop_high_hz = 30;       // upper cutoff
constexpr double baseline_seconds = 0.6;  // slower changes are removed
constexpr double peak_seconds = 0.06;     // the R peak is at most this far from the greatest energy

BandByAverages crop_filter(double rate_hz) {
  const Averages high_cut = rate_hz > 4 * crop_high_hz ? averages_for(crop_high_hz, rate_hz, 2) : Averages{};
  return {high_cut, {2 * static_cast<int>(std::lround(baseline_seconds * rate_hz / 2)) + 1, 2}};
}

}  // namespace

CleanSignal::CleanSignal(const BeatPlan& plan, double rate_hz, std::size_t leads)
    : plan_(plan),
      rate_hz_(rate_hz),
      filters_(leads, crop_filter(rate_hz)),
      filter_delay_(filters_.front().delay()),
      leads_(leads),
      begin_(-filter_delay_) {}

void CleanSignal::push(std::span<const std::vector<float>> samples) {
  const std::size_t count = samples.front().size();
  for (std::size_t lead = 0; lead < leads_.size(); ++lead) {
    std::vector<float>& clean = leads_[lead];
    const std::size_t old = clean.size();
    clean.resize(old + count);
    filters_[lead].process(samples[lead], std::span(clean).subspan(old));
  }
  latest_ = count;
}

void CleanSignal::finish() {
  const auto tail = static_cast<std::size_t>(filter_delay_);
  for (std::size_t lead = 0; lead < leads_.size(); ++lead) {
    std::vector<float> rest(tail, std::nanf(""));
    filters_[lead].process(rest, rest);
    leads_[lead].insert(leads_[lead].end(), rest.begin(), rest.end());
  }
  latest_ = tail;
}

bool CleanSignal::reaches_past(std::int64_t sample) const {
  const std::int64_t end = begin_ + std::ssize(leads_.front());
  const auto after = static_cast<std::int64_t>(static_cast<double>(plan_.crop_samples - plan_.crop_before) /
                                                   plan_.crop_rate_hz * rate_hz_ +
                                               2 + peak_seconds * rate_hz_);
  return sample + after < end;
}

std::int64_t CleanSignal::peak_reach() const {
  return std::llround(peak_seconds * rate_hz_);
}

std::int64_t CleanSignal::peak_near(std::int64_t sample) const {
  const std::int64_t reach = peak_reach();
  std::int64_t best = sample;
  float greatest = -1;
  for (std::int64_t at = sample - reach; at <= sample + reach; ++at) {
    const std::int64_t i = at - begin_;
    if (i < 0 || i >= std::ssize(leads_.front())) continue;
    float sum = 0;
    for (const auto& lead : leads_) {
      const float v = lead[static_cast<std::size_t>(i)];
      if (std::isfinite(v)) sum += std::abs(v);
    }
    if (sum > greatest) greatest = sum, best = at;
  }
  return best;
}

float CleanSignal::value_at(std::size_t lead, double sample) const {
  const double place = sample - static_cast<double>(begin_);
  const auto i = static_cast<std::int64_t>(std::floor(place));
  if (i < 0 || i + 1 >= std::ssize(leads_[lead])) return 0;
  const auto at = static_cast<std::size_t>(i);
  const auto part = static_cast<float>(place - std::floor(place));
  const float v = leads_[lead][at] + part * (leads_[lead][at + 1] - leads_[lead][at]);
  return std::isfinite(v) ? v : 0;
}

std::vector<float> CleanSignal::crop_at(std::int64_t sample) const {
  std::vector<float> crop(lead_count * static_cast<std::size_t>(plan_.crop_samples));
  const double step = rate_hz_ / plan_.crop_rate_hz;
  for (std::size_t lead = 0; lead < leads_.size(); ++lead) {
    for (std::int64_t i = 0; i < plan_.crop_samples; ++i) {
      const double at = static_cast<double>(sample) + static_cast<double>(i - plan_.crop_before) * step;
      crop[lead * static_cast<std::size_t>(plan_.crop_samples) + static_cast<std::size_t>(i)] = value_at(lead, at);
    }
  }
  return crop;
}

void CleanSignal::forget_before(std::int64_t sample) {
  const std::int64_t keep_from = sample - std::llround(2 * rate_hz_);
  const std::int64_t drop = std::min(keep_from, latest_begin()) - begin_;
  if (drop < std::llround(20 * rate_hz_)) return;
  for (auto& lead : leads_) lead.erase(lead.begin(), lead.begin() + drop);
  begin_ += drop;
}

}  // namespace galen::ecg
