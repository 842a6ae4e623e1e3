#pragma once
// The last seconds of a signal without its baseline, where beats are cut out of it.
#include <cstdint>
#include <span>
#include <vector>

#include "galen/prep/moving_average.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// How the stream is cut does not matter.
class CleanSignal {
 public:
  CleanSignal(const BeatPlan& plan, double rate_hz, std::size_t leads);

  /// samples[lead][i], continuing; what is not finite is missing.
  void push(std::span<const std::vector<float>> samples);
  /// No more will come.
  void finish();
  /// What the last push() brought, as late as the filter is.
  std::span<const float> latest(std::size_t lead) const { return std::span(leads_[lead]).last(latest_); }
  /// The sample that it begins with; the first ones lie before the signal.
  std::int64_t latest_begin() const { return begin_ + std::ssize(leads_.front()) - std::ssize(latest(0)); }
  /// Whether all that a beat near this sample may need is there.
  bool reaches_behind(std::int64_t sample) const;
  /// Samples that the R peak may lie beside the greatest energy.
  std::int64_t peak_reach() const;
  /// The R peak: where all leads together are greatest.
  std::int64_t peak_near(std::int64_t sample) const;
  /// [lead_count, crop_samples]; what is missing is 0.
  std::vector<float> crop_at(std::int64_t sample) const;
  /// Keeps what candidates from this sample on may need, and latest().
  void forget_before(std::int64_t sample);

 private:
  float value_at(std::size_t lead, double sample) const;

  BeatPlan plan_;
  double rate_hz_;
  std::vector<BandByAverages> filters_;
  std::int64_t filter_delay_;
  std::vector<std::vector<float>> leads_;  // from begin_ on
  std::int64_t begin_;
  std::size_t latest_ = 0;
};

}  // namespace galen::ecg
