#pragma once
// The last seconds of a signal with the baseline removed, from which beats are cropped.
#include <cstdint>
#include <span>
#include <vector>

#include "galen/prep/moving_average.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// The way the stream is cut does not matter.
class CleanSignal {
 public:
  CleanSignal(const BeatPlan& plan, double rate_hz, std::size_t leads);

  /// samples[lead][i], continuing the previous push; samples that are not finite are missing.
  void push(std::span<const std::vector<float>> samples);
  /// The end of the stream: the filter gives out what it still holds.
  void finish();
  /// The samples that the last push() or finish() added, delayed by the filter.
  std::span<const float> latest(std::size_t lead) const { return std::span(leads_[lead]).last(latest_); }
  /// The index of the first of them; negative at first, before the signal begins.
  std::int64_t latest_begin() const { return begin_ + std::ssize(leads_.front()) - std::ssize(latest(0)); }
  /// Whether all samples that a beat near this one may need are there.
  bool reaches_past(std::int64_t sample) const;
  /// How many samples the R peak may lie away from the greatest energy.
  std::int64_t peak_reach() const;
  /// The R peak near this sample: where the sum of the absolute values of all leads is greatest.
  std::int64_t peak_near(std::int64_t sample) const;
  /// [lead_count, crop_samples]; missing samples are 0.
  std::vector<float> crop_at(std::int64_t sample) const;
  /// Forgets older samples, but keeps latest() and what candidates from this sample on may need.
  void forget_before(std::int64_t sample);

 private:
  float value_at(std::size_t lead, double sample) const;

  BeatPlan plan_;
  double rate_hz_;
  std::vector<BandByAverages> filters_;
  std::int64_t filter_delay_;
  std::vector<std::vector<float>> leads_;  // beginning at begin_
  std::int64_t begin_;
  std::size_t latest_ = 0;
};

}  // namespace galen::ecg
