#pragma once
// Changes of P waves, T waves and QRS complexes that the simulated rhythms share.
#include <span>

#include "galen/base/random.h"
#include "tasks/ecg_rhythm/beat_sequence.h"

namespace galen::ecg {

/// Multiplies the P wave of one lead by this factor, measured from the line between its beginning and its end.
void scale_p_wave(std::span<float> crop, const SequenceView& view, double factor);
/// Lets the T wave of the previous beat reach into a beat's crop: adds what comes after the previous complex.
void put_t_wave_before(const SequenceView& view, std::size_t beat, std::size_t lead, double interval_seconds);

/// crop, here and below: [lead_count, crop_samples]. The two leads as seen from elsewhere: rotated by this angle in
/// radians, each rescaled at random.
void see_from_elsewhere(std::span<float> crop, double angle, Random& random);

inline constexpr double nothing_stays = -1;  ///< as begin_seconds
/// Broadens the complex and gives it a T wave of opposite polarity. What comes before begin_seconds (from the R peak)
/// stays as it is.
void broaden(std::span<float> crop, const BeatPlan& plan, double begin_seconds, double factor, Random& random);

}  // namespace galen::ecg
