#pragma once
// Removal of baseline wander and mains hum from a signal before analysis.
#include <optional>

#include "galen/prep/filter.h"
#include "galen/prep/moving_average.h"

namespace galen {

/// The signal minus its baseline: a linear-phase high-pass with a gain of -3 dB at cutoff_hz and nowhere above 1, so
/// waves keep their shape. 0.67 Hz leaves the ST segment of an ECG unchanged (Kligfield et al., Circulation 2007). The
/// delay is 0.57 periods of cutoff_hz. Errors: a cutoff that is not between 0 and a quarter of rate_hz.
BandByAverages baseline_removal(double cutoff_hz, double rate_hz);

/// The same without delay: a second-order Butterworth high-pass. Its phase distorts what lies near cutoff_hz: an ECG
/// whose ST segment matters needs 0.05 Hz (Kligfield et al. 2007). Errors: as butterworth_highpass.
CausalFilter causal_baseline_removal(double cutoff_hz, double rate_hz);

struct MainsHum {
  double frequency_hz = 0;  ///< 50 or 60
  double prominence = 0;    ///< power density at the line / the median around it
};

/// The more prominent line of 50 and 60 Hz, if its prominence is at least 10: in Welch's spectrum of 4 s segments,
/// against the frequencies 2 to 6 Hz away. None: no such line, no stretch of 8 s without a gap, a rate too low for the
/// line.
std::optional<MainsHum> mains_hum(std::span<const float> samples, double rate_hz);

/// Notches of quality 30 at the line and its harmonics below 0.45 rate_hz: for CausalFilter on a stream, zero_phase on
/// a file. None if the line itself is not below that.
Sections mains_notches(double frequency_hz, double rate_hz);

}  // namespace galen
