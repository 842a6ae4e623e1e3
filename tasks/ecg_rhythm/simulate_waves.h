#pragma once
// P waves, T waves and complexes made otherwise: what the simulated rhythms share.
#include <span>

#include "galen/base/random.h"
#include "tasks/ecg_rhythm/beat_sequence.h"

namespace galen::ecg {

/// The P wave of one lead, above a line from where it begins to where it ends, becomes so many times as high.
void scale_p_wave(std::span<float> crop, const SequenceView& view, double factor);
/// What the beat before leaves in a beat's crop. Only what lies behind its complex: its T wave.
void put_t_wave_before(const SequenceView& view, std::size_t beat, std::size_t lead, double interval_seconds);

/// crop, here and below: [lead_count, crop_samples]. The two leads as others that lie about them: turned by this angle,
/// each on its own scale.
void see_from_elsewhere(std::span<float> crop, double angle, Random& random);

inline constexpr double nothing_stays = -1;  ///< of begin_seconds
/// The complex becomes broader and its T wave points the other way. What is before its begin stays.
void broaden(std::span<float> crop, const BeatPlan& plan, double begin_seconds, double factor, Random& random);

}  // namespace galen::ecg
