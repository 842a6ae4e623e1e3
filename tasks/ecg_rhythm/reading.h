#pragma once
// Recordings as training and examination read them: whole, with the experts' beats beside.
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "galen/data/case.h"
#include "tasks/ecg_rhythm/beat_namer.h"
#include "tasks/ecg_rhythm/ec57.h"
#include "tasks/ecg_rhythm/truth.h"

namespace galen::ecg {

struct Recording {
  Signal signal;                   ///< its ECG alone
  std::vector<std::size_t> leads;  ///< the channels that are looked at
  Truth truth;
};
/// The truth is empty where the case has no annotation. Errors: no ECG lead, a rate that is too low, truth that does
/// not fit.
Recording recording_of(const Case& one);
/// To be judged by. Errors: as recording_of(), or no annotation.
Recording annotated_recording_of(const Case& one);

/// Runs over the signal in pieces, so that a long recording takes no more memory than a short one.
/// push(samples): [lead][piece].
void for_each_piece(const Signal& signal, const std::vector<std::size_t>& leads,
                    const std::function<void(std::span<const std::vector<float>>)>& push);
/// Errors: a rate at which the shape of a beat cannot be told.
void require_rate(double rate_hz);

std::vector<BeatToken> read_beats(const BeatPlan& plan, const Recording& recording);
/// At the reference's places. Every beat has its token, in order; pauses are between them.
std::vector<BeatToken> read_beats(const BeatPlan& plan, const Recording& recording, const std::vector<TrueBeat>& beats);

/// The class of each token of a detector, as a number; -1: not to be learned or judged (a pause, ventricular flutter).
std::vector<int> classes_of(const std::vector<BeatToken>& tokens, const Recording& recording);
/// The same for tokens at the reference's places.
std::vector<int> classes_at_reference(const std::vector<BeatToken>& tokens, const Recording& recording);

/// The literature's protocol: the whole recording, classes at the reference's beats. Errors: as named_to_judge().
BeatCounts compare_at_reference(const Recording& recording, const std::shared_ptr<const BeatNetworks>& networks,
                                bool adapt = false);

/// Names of all tokens but pauses. adapt: to the patient, as BeatNamer does.
std::vector<NamedBeat> named(std::vector<BeatToken> tokens, const std::shared_ptr<const BeatNetworks>& networks,
                             bool adapt = false);
/// The same, to be scored. Errors: networks that give values that are not numbers.
std::vector<NamedBeat> named_to_judge(std::vector<BeatToken> tokens,
                                      const std::shared_ptr<const BeatNetworks>& networks, bool adapt = false);

}  // namespace galen::ecg
