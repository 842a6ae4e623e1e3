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
  float interval_seconds = 0;  ///< 0: first, or behind a gap
  Beat beat = Beat::normal;
  float probability = 0;  ///< of its class, calibrated
  bool may_be_v = false;  ///< the conformal set holds V, and its class is another
  bool adapted = false;   ///< as a NamedBeat's
};

/// All that was found in a recording.
struct Holter {
  const Signal* signal;  ///< outlives this
  std::vector<std::size_t> leads;
  std::vector<ReportedBeat> beats;
  std::vector<Episode> episodes;
  double missing_seconds = 0;
  bool non_finite = false;

  /// Errors: no ECG lead.
  Holter(const Signal& its_signal, const Bundle& bundle);
  /// Takes the beats out of the news, with the bundle's calibrated probabilities.
  void take(News& news);
  /// Of the last sample.
  double last_seconds() const;

 private:
  Calibration calibration_;
  std::optional<ConformalSets> sets_;
};

/// Every beat, and where another rhythm is the gravest that holds (bradycardia after all others), "(N" where none does;
/// all before the last sample. [ and ] enclose ventricular flutter.
Annotations annotations_of(const Holter& holter);

/// What was named a beat in ventricular flutter or fibrillation is told apart.
Counts counts_of(const Holter& holter);
/// The same hour by hour from the start.
std::vector<Counts> hours_of(const Holter& holter);

/// Of its normal beats in sinus rhythm: not of those in fibrillation, of the atria or of the ventricles.
Hrv variability_of(const Holter& holter);

/// Statements, artefacts ("beats", "episodes", "hours", "variability"), evidence and warnings. The strips that matter
/// are read from the signal, and the networks asked once more which part of a beat decided.
void describe(const Holter& holter, const std::shared_ptr<const BeatNetworks>& networks, Finding& finding);

}  // namespace galen::ecg
