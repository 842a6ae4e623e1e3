#pragma once
// Settings of a prediction or a stream that `--set` may change.
#include "tasks/ecg_rhythm/rhythm.h"

namespace galen::ecg {

struct Settings {
  RhythmRules rules;
  bool adapt = false;  ///< to the patient, without labels, by ShapeVotes; starts afresh with every recording and stream
};
/// {"adapt": true} and the keys of RhythmRules. Errors: unknown keys, values out of range.
Settings settings_from_json(const Json& json, const std::string& where);

}  // namespace galen::ecg
