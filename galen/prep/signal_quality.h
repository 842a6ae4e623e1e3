#pragma once
// How far a stretch of an ECG (or another cardiac signal) can be trusted, measured without detecting beats.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace galen {

/// Measures after Li, Mark, Clifford (Physiological Measurement 2008) and Clifford et al. (Physiological Measurement
/// 2012), over the samples that are not missing. Measures that cannot be computed are absent: spectra need a stretch of
/// 2 s without a gap.
struct SignalQuality {
  std::int64_t begin = 0, count = 0;     ///< samples of the signal
  double missing_share = 0;              ///< of the samples
  double flat_share = 0;                 ///< in runs of equal values that last 0.5 s or more
  double clipped_share = 0;              ///< in runs of 3 or more at the maximum or minimum that are not flat
  std::optional<double> baseline_ratio;  ///< power below 1 Hz / power below 40 Hz (1 - basSQI)
  /// Mean power density from 40 Hz up / mean from 1 Hz up, both to 100 Hz or 0.45 of the rate, whichever is less: 1 for
  /// white noise. Absent below 112 samples a second.
  std::optional<double> noise_ratio;
  std::optional<double> kurtosis;  ///< 3 for noise, above 5 for a clean sinus rhythm (kSQI); absent for a constant

  /// 0 to 1: the least of scores that fall linearly from 1 to 0 over these ranges: missing 0 to 0.5; flat 0 to 0.5;
  /// clipped 0.01 to 0.1; baseline 0.5 to 0.95; noise 0.1 to 0.6. The limits are ours. Kurtosis does not count:
  /// ventricular fibrillation has that of noise, and a lethal rhythm is not a bad signal.
  double index = 0;
  std::string_view worst;  ///< the lowest score: "missing", "flat", "clipped", "baseline", "noise"; empty if all are 1
};

/// Measures one stretch. Errors (defect): no samples, a rate that is not positive.
SignalQuality signal_quality(std::span<const float> samples, double rate_hz);

/// Measures overlapping windows of a stream; each equals signal_quality() of that window, however the stream is cut.
class SignalQualityWindows {
 public:
  /// window and hop in samples. Errors (defect): not 0 < hop <= window, a rate that is not positive.
  SignalQualityWindows(double rate_hz, std::int64_t window, std::int64_t hop);

  void reset();
  /// Appends the windows that are now complete.
  void push(std::span<const float> in, std::vector<SignalQuality>& out);

 private:
  double rate_hz_;
  std::size_t window_, hop_;
  std::vector<float> samples_;  // starting at begin_
  std::int64_t begin_ = 0;
};

}  // namespace galen
