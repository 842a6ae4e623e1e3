#pragma once
#include "galen/pipeline/task.h"

namespace galen::pulse {

/// When the beats are, in seconds. Errors: the truth has another rate or length than the signal.
std::vector<double> true_beats(const Signal& signal, const Signal& beats);
/// How many of the found beats are within 150 ms (ANSI/AAMI EC57) of a true one; each is matched once.
int matched_beats(const std::vector<double>& found, const std::vector<double>& truth);
/// The values of a Record.
Json compare_beats(const std::vector<double>& found, const std::vector<double>& truth);

/// "sensitivity", "ppv", "rate_error": means over cases.
Scores score_records(const std::vector<Record>& records);
void conclude_records(Bundle& bundle, const std::vector<Record>& records);

}  // namespace galen::pulse
