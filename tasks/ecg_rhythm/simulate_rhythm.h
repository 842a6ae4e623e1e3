#pragma once
// Simulates rhythms that few patients of a training set have, from the many beats of patients in sinus rhythm.
#include <span>
#include <vector>

#include "galen/base/random.h"
#include "tasks/ecg_rhythm/beat_sequence.h"
#include "tasks/ecg_rhythm/beat_token.h"

namespace galen::ecg {

/// Atrial fibrillation: random intervals, and fibrillatory waves in place of P waves. Beats stay normal.
void fibrillate(const BeatSequence& sequence, const BeatPlan& plan, Random& random);
/// The sinus rhythm becomes faster or slower over several beats, with or without respiratory variation. Beats stay
/// normal.
void change_pace(const BeatSequence& sequence, const BeatPlan& plan, Random& random);
/// Some beats, alone, in bigeminy or in runs, come early and become supraventricular: the interval before is shortened,
/// the one after is normal or longer, the previous T wave reaches into their crop, and their P wave changes.
void make_premature(const BeatSequence& sequence, const BeatPlan& plan, Random& random);

/// A ventricular beat to put among others: crop [lead_count, crop_samples], scaled so that normal beats have a height
/// of 1.
struct VentricularBeat {
  std::vector<float> crop;
  float strength = 0;  ///< of its candidate, as Feature::strength
};
/// A made-up ventricular focus: a ventricular beat as seen from other leads, or a normal beat that is also broadened,
/// loses its P wave and gets a T wave opposite to its complex.
VentricularBeat ventricular_beat(const BeatToken& donor, Beat kind, const BeatPlan& plan, Random& random);

/// Intermittent bundle branch block or pre-excitation: beats that are on time, after their P wave, become broader and
/// change their axis. They stay normal.
void change_conduction(const BeatSequence& sequence, const BeatPlan& plan, Random& random);

/// Permanent bundle branch block: the usual beat becomes broader and changes its axis too. Early beats may be conducted
/// without the block.
void block_bundle(const BeatSequence& sequence, const BeatPlan& plan, Random& random);

/// Replaces some beats, alone, in bigeminy or in runs, by these, mostly by the first of them. beats: at least one.
void make_ventricular(const BeatSequence& sequence, const BeatPlan& plan, std::span<const VentricularBeat> beats,
                      Random& random);

}  // namespace galen::ecg
