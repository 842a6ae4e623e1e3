#pragma once
// Recordings as training and examination read them: whole, together with the experts' beats.
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
  Signal signal;                   ///< ECG channels only
  std::vector<std::size_t> leads;  ///< channels that are analysed
  Truth truth;
};
/// The truth is empty where the case has no annotation. Errors: no ECG lead, an unsuitable sampling rate, an annotation
/// that does not match the signal.
Recording recording_of(const Case& one);
/// For scoring. Errors: as recording_of(), or no annotation.
Recording annotated_recording_of(const Case& one);

/// Passes on the signal piece by piece, so that a long recording takes no more memory than a short one. push(samples):
/// [lead][sample of the piece].
void for_each_piece(const Signal& signal, const std::vector<std::size_t>& leads,
                    const std::function<void(std::span<const std::vector<float>>)>& push);
/// Errors: a sampling rate at which the shape of a beat cannot be recognised.
void require_rate(double rate_hz);

std::vector<BeatToken> read_beats(const BeatPlan& plan, const Recording& recording);
/// The same, with the reference beats in place of the detector's. Each beat has its token, in order, with pauses in
/// between.
std::vector<BeatToken> read_beats(const BeatPlan& plan, const Recording& recording, const std::vector<TrueBeat>& beats);

/// The class of each token of the detector, as a number; -1: not used for training or scoring (a pause, or in
/// ventricular flutter).
std::vector<int> classes_of(const std::vector<BeatToken>& tokens, const Recording& recording);
/// The same for tokens of the reference beats.
std::vector<int> classes_at_reference(const std::vector<BeatToken>& tokens, const Recording& recording);

/// The protocol of the literature: the whole recording, classified at the reference beats. Errors: as named_to_judge().
BeatCounts compare_at_reference(const Recording& recording, const std::shared_ptr<const BeatNetworks>& networks,
                                bool adapt = false);

/// Names all tokens except pauses. adapt: to the patient, as BeatNamer does.
std::vector<NamedBeat> named(std::vector<BeatToken> tokens, const std::shared_ptr<const BeatNetworks>& networks,
                             bool adapt = false);
/// The same, for scoring. Errors: network outputs that are not finite.
std::vector<NamedBeat> named_to_judge(std::vector<BeatToken> tokens,
                                      const std::shared_ptr<const BeatNetworks>& networks, bool adapt = false);

}  // namespace galen::ecg
