#pragma once
// What is taken from a signal before it is looked at: the wander of its baseline and the hum of the mains.
#include <optional>

#include "galen/prep/filter.h"
#include "galen/prep/moving_average.h"

namespace galen {

/// The signal less its baseline, of which the gain is -3 dB at cutoff_hz and nowhere above 1, in linear phase: waves
/// keep their shape. 0.67 Hz leaves the ST segment of an ECG as it is (Kligfield et al., Circulation 2007). The delay
/// is 0.57 periods of cutoff_hz. Errors: a cutoff that is not within 0 and a quarter of rate_hz.
BandByAverages baseline_removal(double cutoff_hz, double rate_hz);

/// The same without delay: a Butterworth high-pass of second order. Its phase distorts what lies near cutoff_hz: an ECG
/// whose ST segment matters needs 0.05 Hz (Kligfield et al. 2007). Errors: as butterworth_highpass.
CausalFilter causal_baseline_removal(double cutoff_hz, double rate_hz);

struct MainsHum {
  double frequency_hz = 0;  ///< 50 or 60
  double prominence = 0;    ///< power density at the line / the median around it
};

/// Of 50 and 60 Hz the line that stands out more, if one does by 10 times: in Welch's spectrum of segments of 4 s,
/// against 2 to 6 Hz beside it. None: no line, less than 8 s between two gaps, a rate that cannot show it.
std::optional<MainsHum> mains_hum(std::span<const float> samples, double rate_hz);

/// Notches of quality 30 at the line and at its harmonics below 0.45 rate_hz: for CausalFilter on a stream, zero_phase
/// on a file. None where the rate holds no line.
Sections mains_notches(double frequency_hz, double rate_hz);

}  // namespace galen
