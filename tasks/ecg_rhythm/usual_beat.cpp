#include "tasks/ecg_rhythm/usual_beat.h"

#include <algorithm>
#include <span>
#include <utility>

#include "galen/base/upper_median.h"
#include "tasks/ecg_rhythm/beat_features.h"

namespace galen::ecg {
namespace {

// What is kept of the last five minutes or so: everything at first, later one value every few seconds, so that a minute
// of fast beats counts little more than any other minute.
constexpr std::size_t usual_crops = 61, usual_intervals = 121;
constexpr double crop_every_seconds = 5, interval_every_seconds = 2.5;
constexpr std::int64_t learn_every = 20;  // beats; more often at first

}  // namespace

// Once there are `count` values, keeps the first one after each tick of a clock: with a fixed wait after the last one
// it could fall into step with bigeminy.
template <class T>
void UsualBeat::Kept<T>::keep(T value, double at_seconds, std::size_t count, double every_seconds) {
  const bool filled = values.size() == count;
  if (filled && at_seconds < next_seconds) return;
  values.push_back(std::move(value));
  if (values.size() > count) values.pop_front();
  next_seconds = std::max(filled ? next_seconds + every_seconds : 0, at_seconds);
}

void UsualBeat::learn_interval(double seconds, double at_seconds) {
  intervals_.keep(seconds, at_seconds, usual_intervals, interval_every_seconds);
}

void UsualBeat::learn_crop(std::vector<float> crop, double at_seconds) {
  crops_.keep(std::move(crop), at_seconds, usual_crops, crop_every_seconds);
  if (learned_ == next_learned_) {
    take_medians();
    next_learned_ += std::clamp(learned_ / 2, std::int64_t{1}, learn_every);
  }
  ++learned_;
}

double UsualBeat::interval_seconds() const {
  const std::vector<double> kept(intervals_.values.begin(), intervals_.values.end());
  return kept.empty() ? usual_scale_seconds : upper_median(kept);
}

// Medians of the crops, sample by sample, and of their heights.
void UsualBeat::take_medians() {
  const std::size_t size = crops_.values.front().size(), length = size / lead_count;
  std::vector<float> table, heights;
  table.reserve(crops_.values.size() * size);
  for (const std::vector<float>& crop : crops_.values) {
    table.insert(table.end(), crop.begin(), crop.end());
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      const auto [low, high] = std::ranges::minmax(std::span(crop).subspan(lead * length, length));
      heights.push_back(high - low);
    }
  }
  crop_ = upper_medians(table, size);
  std::ranges::copy(upper_medians(heights, lead_count), scale_.begin());
}

}  // namespace galen::ecg
