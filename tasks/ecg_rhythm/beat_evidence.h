#pragma once
// Which part of a beat decided its class.
#include <memory>
#include <string>
#include <vector>

#include "galen/data/signal.h"
#include "tasks/ecg_rhythm/beat_namer.h"

namespace galen::ecg {

/// A part of a beat, and the log-odds of its class if this part were as usual for the patient: waves as in the usual
/// beat, or the intervals around it as usual.
struct BeatPart {
  std::string name;                           ///< "P wave", "QRS complex", "T wave", "timing"
  double begin_seconds = 0, end_seconds = 0;  ///< from the start of the recording
  double log_odds = 0;
};
struct BeatEvidence {
  Beat beat = Beat::none;
  double log_odds = 0;          ///< of its class, unchanged
  std::vector<BeatPart> parts;  ///< the most decisive first
};

/// Reads the minutes before the beat again, because the patient's usual beat is learned from them, so the log-odds may
/// differ somewhat from those over the whole recording. Empty parts: there is no candidate at that time.
BeatEvidence evidence_of(const Signal& signal, const std::vector<std::size_t>& leads, double at_seconds, Beat beat,
                         const std::shared_ptr<const BeatNetworks>& networks);
/// "decided by its QRS complex: log-odds 7.0, with the patient's usual one -1.8 (timing 5.2, T wave 5.1, P wave 6.6)"
std::string sentence_of(const BeatEvidence& evidence);

}  // namespace galen::ecg
