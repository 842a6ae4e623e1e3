#pragma once
// Which part of a beat decided its class.
#include <memory>
#include <string>
#include <vector>

#include "galen/data/signal.h"
#include "tasks/ecg_rhythm/beat_namer.h"

namespace galen::ecg {

/// A part of a beat, and the log-odds of its class were this part as is usual for the patient: the waves those of the
/// usual beat, the intervals about it the usual ones.
struct BeatPart {
  std::string name;                           ///< "P wave", "QRS complex", "T wave", "timing"
  double begin_seconds = 0, end_seconds = 0;  ///< on the recording's clock
  double log_odds = 0;
};
struct BeatEvidence {
  Beat beat = Beat::none;
  double log_odds = 0;          ///< of its class, as it is
  std::vector<BeatPart> parts;  ///< what decided most comes first
};

/// Reads the minutes before the beat again, as the patient's usual beat is learned from them; so the log-odds may
/// differ somewhat from those of the whole recording. Empty parts: no candidate is there.
BeatEvidence evidence_of(const Signal& signal, const std::vector<std::size_t>& leads, double at_seconds, Beat beat,
                         const std::shared_ptr<const BeatNetworks>& networks);
/// "decided by its QRS complex: log-odds 7.0, with the usual one -1.8 (timing 5.2, T wave 5.1, P wave 6.6)"
std::string sentence_of(const BeatEvidence& evidence);

}  // namespace galen::ecg
