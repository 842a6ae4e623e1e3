#pragma once
// Rhythms that few patients of a training set have, made of the many beats of those in sinus rhythm.
#include <span>
#include <vector>

#include "galen/base/random.h"
#include "tasks/ecg_rhythm/beat_sequence.h"
#include "tasks/ecg_rhythm/beat_token.h"

namespace galen::ecg {

/// As in atrial fibrillation: intervals without order, fibrillatory waves in the place of P waves. Beats stay normal.
void fibrillate(const BeatSequence& sequence, const BeatPlan& plan, Random& random);
/// The sinus rhythm becomes faster or slower within some beats, and goes with the breath or not. Beats stay normal.
void change_pace(const BeatSequence& sequence, const BeatPlan& plan, Random& random);
/// Some beats, alone or in runs, come early and become supraventricular: their interval is shortened, the one behind is
/// not or more than makes up for it, the T wave before reaches into their crop, and their P wave changes.
void make_premature(const BeatSequence& sequence, const BeatPlan& plan, Random& random);

/// A ventricular beat to be put among others: [lead_count, crop_samples], normal beats being 1 high.
struct VentricularBeat {
  std::vector<float> crop;
  float strength = 0;  ///< of its candidate, as Feature::strength
};
/// What a ventricular focus of nobody's looks like: a ventricular beat seen from other leads, or a normal one besides
/// broadened, without its P wave and with a T wave that points the other way.
VentricularBeat ventricular_beat(const BeatToken& donor, Beat kind, const BeatPlan& plan, Random& random);

/// As in a bundle branch block or a pre-excitation that comes and goes: beats on time, behind their P wave, are broader
/// and point elsewhere. They stay normal.
void change_conduction(const BeatSequence& sequence, const BeatPlan& plan, Random& random);

/// A bundle branch block that is always there: what is usual is broader and points elsewhere too. Early beats may be
/// conducted without it.
void block_bundle(const BeatSequence& sequence, const BeatPlan& plan, Random& random);

/// Some beats, alone, in bigeminy or in runs, give way to these; mostly to the first. beats: at least one.
void make_ventricular(const BeatSequence& sequence, const BeatPlan& plan, std::span<const VentricularBeat> beats,
                      Random& random);

}  // namespace galen::ecg
