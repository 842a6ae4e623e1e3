#pragma once
// Rhythms that few patients of a training set have, made of the many beats of those in sinus rhythm.
#include <span>

#include "galen/base/random.h"
#include "tasks/ecg_rhythm/beat_reader.h"

namespace galen::ecg {

/// A sequence as the network gets it: crops [beat, 2 lead_count, crop_samples], features [beat, feature_count], targets
/// [beat, beat_classes].
struct BeatSequence {
  std::span<float> crops, features, targets;
};

/// Whether all its beats are normal; candidates that are no beats may be among them.
bool all_normal(const BeatSequence& sequence);

/// As in atrial fibrillation: intervals without order, fibrillatory waves in the place of P waves. Beats stay normal.
void fibrillate(const BeatSequence& sequence, const BeatPlan& plan, Random& random);
/// Some beats, alone or in runs, come early and become supraventricular: their interval is shortened, the one behind is
/// not or more than makes up for it, the T wave before reaches into their crop, and their P wave changes.
void make_premature(const BeatSequence& sequence, const BeatPlan& plan, Random& random);
/// Some beats, alone, in bigeminy or in runs, give way to ventricular ones of another patient, at that patient's height
/// beside normal beats. donors: that patient's ventricular beats, at least one.
void make_ventricular(const BeatSequence& sequence, const BeatPlan& plan, std::span<const BeatToken* const> donors,
                      Random& random);

}  // namespace galen::ecg
