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
  std::optional<double> value;  ///< absent where it cannot be computed
  std::string why_absent;       ///< "needs 20 min, there are 5.0"; empty where there is a value
};

struct Hrv {
  double duration_s = 0;  ///< from the first beat to the last
  int beats = 0;
  int intervals = 0;     ///< between two beats, except across gaps
  int nn_intervals = 0;  ///< plausible intervals between two normal beats
  double nn_s = 0;       ///< their sum
  int ectopic = 0;       ///< intervals left out because a beat at one of their ends is not normal
  int implausible = 0;  ///< intervals between normal beats left out as below 0.2 s or above 3 s: a missed beat, a pause

  /// Always all of them, in this order:
  ///   mean_nn sdnn sdann sdnn_index rmssd sdsd [ms] nn50 [1] pnn50 pnn20 [%] mean_hr [/min]
  ///   triangular_index [1] tinn [ms]
  ///   short.{total_power vlf lf hf} [ms2] short.{lf_nu hf_nu} [%] short.lf_hf [1]: mean over windows of 5 min, by FFT
  ///   lomb.{the same}: by Lomb's periodogram of the intervals themselves
  ///   day.{total_power ulf vlf lf hf} [ms2]: of the whole recording, where it has 18 h of N-N intervals
  ///   sd1 sd2 [ms] sample_entropy approximate_entropy dfa_alpha1 dfa_alpha2 [1]
  std::vector<HrvMeasure> measures;

  /// Errors (defect): no such measure.
  const HrvMeasure& at(std::string_view name) const;
};

/// Takes beats in order of time. The time between the two beats around a gap is not an interval and is left out.
/// Differences are taken between adjacent intervals only; percentages are of the N-N intervals.
/// A measure is absent where the recording is too short for it, or where too many of the intervals are left out (more
/// than 20 % in number or time; for spectra, entropies and exponents 10 %; the limits are ours). Errors: times that do
/// not ascend or are not finite.
Hrv heart_rate_variability(std::span<const TimedBeat> beats);

}  // namespace galen::ecg
