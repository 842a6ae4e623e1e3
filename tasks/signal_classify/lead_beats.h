#pragma once
// The beats of one ECG lead, and how each complex compares with the usual one.
#include <cstdint>
#include <span>
#include <vector>

namespace galen::classify {

inline constexpr double analysis_rate_hz = 200;  ///< at which beats are measured

struct LeadBeats {
  std::vector<float> samples;      ///< at analysis_rate_hz, 0.5 to 40 Hz, 0 where missing; upright: R peaks point up
  std::vector<double> at_seconds;  ///< of each R peak
  std::vector<double> strength;    ///< of the detector's candidate, relative to the level of those before
  std::vector<double> height;      ///< at the R peak
  std::vector<double> breadth;     ///< area of the complex divided by its height, seconds
  std::vector<double> likeness;    ///< correlation of the complex with the usual one
  std::vector<double> usual;  ///< median beat, usual_before_s before the R peak to usual_after_s after it; empty: none
  bool inverted = false;      ///< the samples were negated to be upright
};
inline constexpr double usual_before_s = 0.35, usual_after_s = 0.45;

/// samples at rate_hz; missing ones are NaN. A lead without beats has empty lists.
LeadBeats lead_beats(std::span<const float> samples, double rate_hz);
/// Intervals between successive beats, of an ECG or of a pulse wave.
std::vector<double> intervals_of(std::span<const double> at_seconds);

}  // namespace galen::classify
