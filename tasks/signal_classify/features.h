#pragma once
// What signal processing says of a strip: numbers that are joined to the network's own view.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tasks/signal_classify/lead_beats.h"

namespace galen::classify {

/// Named numbers; NaN: cannot be told (no such channel, too few beats).
struct Features {
  std::vector<std::string> names;
  std::vector<float> values;

  void add(const std::string& name, double value);
  float of(const std::string& name) const;  ///< Errors (defect): no such feature.
};

/// Of intervals between beats, in seconds. Rates a minute, irregularity over the median interval; the coefficient of
/// sample entropy of Lake and Moorman (American Journal of Physiology 2011); the Lorenz plot of successive differences
/// after Sarkar, Ritscher, Mehra (IEEE Transactions on Biomedical Engineering 2008). Always the same names.
void add_rhythm(Features& out, const std::string& prefix, std::span<const double> intervals);
/// Likeness, breadth and height of the complexes; what lies before them (a P wave that is there in every beat, or
/// fibrillation); what is left when the usual beat is taken away.
void add_shape(Features& out, const std::string& prefix, const LeadBeats& lead);
/// Runs of complexes unlike the usual one, and stretches of 3 s that look like an oscillation (spectral purity).
void add_runs(Features& out, const std::string& prefix, const LeadBeats& lead);
/// Of the samples as recorded.
void add_quality(Features& out, const std::string& prefix, std::span<const float> samples, double rate_hz);

/// Beats of a pulse wave, by its own peaks.
struct PulseBeats {
  std::vector<double> at_seconds, heights;  ///< heights: from the foot before to the peak, in the channel's unit
};
PulseBeats pulse_beats(std::span<const float> samples, double rate_hz);
/// samples empty: the channel is missing. ecg_intervals: in seconds, of the beats of the lead that is trusted most.
void add_pulse(Features& out, const std::string& prefix, std::span<const float> samples, double rate_hz,
               std::span<const double> ecg_intervals);

/// sampen(1, r) + ln 2r - ln mean, r the least from 30 ms on that gives 5 matches or more. NaN: fewer than 8 intervals,
/// or no such r below half a second.
double coefficient_of_sample_entropy(std::span<const double> intervals);
/// Rate a minute of the fastest `count` successive intervals; NaN: there are fewer.
double fastest_rate(std::span<const double> intervals, std::size_t count);

}  // namespace galen::classify
