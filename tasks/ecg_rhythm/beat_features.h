#pragma once
// What is told of a beat beside its shape, see Feature: its interval and its complex beside what is usual.
#include <cstddef>
#include <span>

#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

inline constexpr double log_scale = 4, most_log = 6;  ///< of a ratio: a tenth more or less matters
inline constexpr double usual_scale_seconds = 0.8;    ///< that Feature::usual is over; usual before anything is known
inline constexpr std::size_t told_intervals = 24;     ///< the last, of which features tell

/// How a ratio is told: its logarithm times log_scale, within most_log.
float log_ratio(double a, double b);

/// Sets pace, uneven and disorder of features: of the last intervals between strong candidates, in seconds, the newest
/// at the end, beside the usual one. At least one, at most told_intervals.
void tell_intervals(std::span<const double> last_seconds, double usual_seconds, std::span<float> features);

/// Feature::sudden, of what SuddenOnset tells.
float sudden_feature(double sudden);

/// Sets likeness, height and breadth of features from a beat and the usual one, [lead_count, crop_samples] each in one
/// unit.
void compare_with_usual(std::span<const float> crop, std::span<const float> usual, const BeatPlan& plan,
                        std::span<float> features);

}  // namespace galen::ecg
