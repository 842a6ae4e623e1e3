#pragma once
// Computes features of a beat (see Feature): its intervals and its complex, compared with what is usual.
#include <cstddef>
#include <span>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

inline constexpr double log_scale = 4, most_log = 6;  ///< scale and limit of log ratios: a tenth matters
inline constexpr double usual_scale_seconds = 0.8;    ///< unit of Feature::usual, and the usual interval at first
inline constexpr std::size_t told_intervals = 24;     ///< most recent intervals that features describe

/// A ratio as a feature: its logarithm times log_scale, within +-most_log.
float log_ratio(double a, double b);

/// Sets the features pace, uneven and disorder from the last intervals between strong candidates (in seconds, newest
/// last; at least one, at most told_intervals) and the usual interval.
void tell_intervals(std::span<const double> last_seconds, double usual_seconds, std::span<float> features);

/// Feature::sudden from the result of SuddenOnset.
float sudden_feature(double sudden);

/// Sets the features likeness, height and breadth from a beat and the usual one, each [lead_count, crop_samples], in
/// the same unit.
void compare_with_usual(std::span<const float> crop, std::span<const float> usual, const BeatPlan& plan,
                        std::span<float> features);

}  // namespace galen::ecg
