#pragma once
// Recordings of which only the rhythm is known, not the beats: what can be learned from them.
#include <optional>
#include <string>
#include <vector>

#include "tasks/ecg_rhythm/beat_reader.h"

namespace galen::ecg {

/// What a dataset's column "rhythm" says of a recording: no ectopic beats, atrial fibrillation, or that its last
/// seconds hold a ventricular tachycardia (as the recording of an alarm that experts found true).
enum class KnownRhythm { normal, fibrillation, ventricular_tachycardia };
/// Errors: another word than "normal", "atrial fibrillation" and "ventricular tachycardia".
KnownRhythm known_rhythm(const std::string& name);

/// The class of each token as a number, as classes_of(): N where a complex is like the patient's usual one (and, where
/// the rhythm is normal, on time), none for what is too weak and close behind a beat to be one, and -1, not to be
/// learned, for all that cannot be told without an expert. So such a recording teaches how normal beats differ from
/// patient to patient. Of a tachycardia, the run of fast beats most of which are unlike the usual one is V, as a whole;
/// where no such run is found near the end, the recording teaches nothing.
std::vector<int> classes_by_rhythm(std::vector<BeatToken>& tokens, KnownRhythm rhythm, double rate_hz,
                                   std::size_t leads);

}  // namespace galen::ecg
