#pragma once
// The finding of a recording: a Holter report.
#include <optional>
#include <vector>

#include "galen/bundle/bundle.h"
#include "galen/data/annotations.h"
#include "galen/data/signal.h"
#include "galen/trust/calibration.h"
#include "galen/trust/conformal.h"
#include "tasks/ecg_rhythm/hrv.h"
#include "tasks/ecg_rhythm/summary.h"

namespace galen::ecg {

/// A beat of the report.
struct ReportedBeat {
  double at_seconds = 0;
  float interval_seconds = 0;  ///< 0: the first beat, or after a gap
  Beat beat = Beat::normal;
  float probability = 0;  ///< of its class, calibrated
  bool may_be_v = false;  ///< its conformal set holds V, but its class is another
  bool adapted = false;   ///< as in NamedBeat
};

/// All that was found in a recording.
struct Holter {
  const Signal* signal;  ///< must outlive this
  std::vector<std::size_t> leads;
  std::vector<ReportedBeat> beats;
  std::vector<Episode> episodes;
  double missing_seconds = 0;
  bool non_finite = false;

  /// Errors: no ECG lead.
  Holter(const Signal& its_signal, const Bundle& bundle);
  /// Takes the beats out of the news, which it clears, and adds the bundle's calibrated probabilities.
  void take(News& news);
  /// The time of the last sample.
  double last_seconds() const;

 private:
  Calibration calibration_;
  std::optional<ConformalSets> sets_;
};

/// Every beat, and a rhythm mark wherever the most serious rhythm that holds changes (bradycardia comes after all
/// others; "(N" where none holds), all before the last sample. [ and ] enclose ventricular flutter.
Annotations annotations_of(const Holter& holter);

/// Counts of all beats; those in ventricular flutter or fibrillation are counted separately, as waves.
Counts counts_of(const Holter& holter);
/// The same for each hour from the start.
std::vector<Counts> hours_of(const Holter& holter);

/// The variability of the normal beats in sinus rhythm, without those in atrial fibrillation or in ventricular flutter
/// or fibrillation.
Hrv variability_of(const Holter& holter);

/// Adds statements, artefacts ("beats", "episodes", "hours", "variability", figures), evidence and warnings. Reads the
/// strips to show from the signal, and runs the networks once more to find which part of a beat decided.
void describe(const Holter& holter, const std::shared_ptr<const BeatNetworks>& networks, Finding& finding);

}  // namespace galen::ecg
