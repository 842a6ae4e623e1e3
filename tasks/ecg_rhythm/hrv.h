#pragma once
// Heart-rate variability by the standard of the Task Force of the ESC and NASPE (Circulation 1996;93:1043-1065), on
// intervals between normal beats. docs/tasks/heart_rate_variability.md says what the standard leaves
// open and how it is done here.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

struct HrvMeasure {
  std::string_view name;        ///< "sdnn"
  std::string_view unit;        ///< UCUM: "ms"
  std::optional<double> value;  ///< absent: it cannot be computed
  std::string why_absent;       ///< "needs 20 min, there are 5.0"; empty where there is a value
};

struct Hrv {
  double duration_s = 0;  ///< from the first beat to the last
  int beats = 0;
  int intervals = 0;     ///< between two beats, but across gaps
  int nn_intervals = 0;  ///< between two normal beats, and plausible
  double nn_s = 0;       ///< their sum
  int ectopic = 0;       ///< intervals left out because a beat at one of their ends is not normal
  int implausible = 0;  ///< intervals between normal beats left out as below 0.2 s or above 3 s: a missed beat, a pause

  /// Always all of them, in this order:
  ///   mean_nn sdnn sdann sdnn_index rmssd sdsd [ms] nn50 [1] pnn50 pnn20 [%] mean_hr [/min]
  ///   triangular_index [1] tinn [ms]
  ///   short.{total_power vlf lf hf} [ms2] short.{lf_nu hf_nu} [%] short.lf_hf [1]: mean over windows of 5 min, by FFT
  ///   lomb.{the same}: by Lomb's periodogram of the intervals themselves
  ///   day.{total_power ulf vlf lf hf} [ms2]: of the whole recording, if it is a day's
  ///   sd1 sd2 [ms] sample_entropy approximate_entropy dfa_alpha1 dfa_alpha2 [1]
  std::vector<HrvMeasure> measures;

  /// Errors (defect): no such measure.
  const HrvMeasure& at(std::string_view name) const;
};

/// Of beats in order of time. A gap between two beats is no interval, and its time is left out. Differences are taken
/// between adjacent intervals only; shares are of the N-N intervals.
/// Absent are measures for which the recording is too short, or which too many of its intervals are left out for (more
/// than 20 % in number or time; spectra, entropies and exponents: 10 %; the limits are ours). Errors: times that do not
/// ascend or are not finite.
Hrv heart_rate_variability(std::span<const TimedBeat> beats);

}  // namespace galen::ecg
