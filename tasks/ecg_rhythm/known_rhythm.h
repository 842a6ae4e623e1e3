#pragma once
// What can be learned from recordings whose rhythm is known but whose beats are not.
#include <optional>
#include <string>
#include <vector>

#include "tasks/ecg_rhythm/beat_reader.h"

namespace galen::ecg {

/// What a dataset's column "rhythm" says of a recording: no ectopic beats, atrial fibrillation, or a ventricular
/// tachycardia in its last seconds (such as the recording of an alarm that experts found true).
enum class KnownRhythm { normal, fibrillation, ventricular_tachycardia };
/// Errors: any name other than "normal", "atrial fibrillation" and "ventricular tachycardia".
KnownRhythm known_rhythm(const std::string& name);

/// The class of each token as a number, as in classes_of(): N where a complex is like the patient's usual one (and,
/// except in fibrillation, on time); none for candidates too weak and too close after a beat to be one; -1, not
/// learned, for all that only an expert could tell. Such a recording thus teaches how normal beats differ from patient
/// to patient. In a tachycardia, the run of fast beats most of which are unlike the usual one is V as a whole; where no
/// such run is found near the end, the recording teaches nothing.
std::vector<int> classes_by_rhythm(std::vector<BeatToken>& tokens, KnownRhythm rhythm, double rate_hz,
                                   std::size_t leads);

}  // namespace galen::ecg
