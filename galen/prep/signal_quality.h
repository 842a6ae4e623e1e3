#pragma once
// How far a stretch of an ECG (or another wave of the heart) can be trusted, measured without knowing its beats.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace galen {

/// Measures after Li, Mark, Clifford (Physiological Measurement 2008) and Clifford et al. (Physiological Measurement
/// 2012), of the samples that are there. What cannot be measured is absent: spectra need a stretch of 2 s without a
/// gap.
struct SignalQuality {
  std::int64_t begin = 0, count = 0;     ///< samples of the signal
  double missing_share = 0;              ///< of the samples
  double flat_share = 0;                 ///< in runs of one value of 0.5 s and more
  double clipped_share = 0;              ///< in runs of 3 and more at the greatest or the least value, not flat
  std::optional<double> baseline_ratio;  ///< power below 1 Hz / power below 40 Hz (1 - basSQI)
  /// Mean power density from 40 Hz on / mean from 1 Hz on, both up to 100 Hz or 0.45 of the rate: 1 for white noise.
  /// Absent below 112 samples a second.
  std::optional<double> noise_ratio;
  std::optional<double> kurtosis;  ///< 3 for noise, above 5 for a clean sinus rhythm (kSQI); absent for a constant

  /// 0 to 1: the least of linear scores that are 1 up to, and 0 from: missing 0 and 0.5; flat 0 and 0.5; clipped 0.01
  /// and 0.1; baseline 0.5 and 0.95; noise 0.1 and 0.6. The limits are ours. Kurtosis takes no part: that of
  /// ventricular fibrillation is that of noise, and a lethal rhythm is not a bad signal.
  double index = 0;
  std::string_view worst;  ///< which score is the least: "missing", "flat", "clipped", "baseline", "noise"; 1: empty
};

/// Of one stretch. Errors (defect): no samples, a rate that is not positive.
SignalQuality signal_quality(std::span<const float> samples, double rate_hz);

/// Of windows of a stream that overlap; equal to signal_quality of each, however the stream is cut.
class SignalQualityWindows {
 public:
  /// In samples. Errors (defect): not 0 < hop <= window, a rate that is not positive.
  SignalQualityWindows(double rate_hz, std::int64_t window, std::int64_t hop);

  void reset();
  /// Appends the windows that are now complete.
  void push(std::span<const float> in, std::vector<SignalQuality>& out);

 private:
  double rate_hz_;
  std::size_t window_, hop_;
  std::vector<float> samples_;  // from begin_ on
  std::int64_t begin_ = 0;
};

}  // namespace galen
