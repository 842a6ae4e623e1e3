#pragma once
// Features of a strip from signal processing, which are joined with the network's embedding.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tasks/signal_classify/lead_beats.h"

namespace galen::classify {

/// Named numbers; NaN: unknown (no such channel, too few beats).
struct Features {
  std::vector<std::string> names;
  std::vector<float> values;

  void add(const std::string& name, double value);
  float of(const std::string& name) const;  ///< Errors (defect): no such feature.
};

/// From intervals between beats in seconds: rates per minute; irregularity relative to the median interval; the
/// coefficient of sample entropy of Lake and Moorman (American Journal of Physiology 2011); the Lorenz plot of
/// successive differences after Sarkar, Ritscher, Mehra (IEEE Transactions on Biomedical Engineering 2008). Always adds
/// the same names.
void add_rhythm(Features& out, const std::string& prefix, std::span<const double> intervals);
/// Likeness, breadth and height of the complexes; what precedes them (a P wave in every beat, or fibrillation); what
/// remains when the usual beat is subtracted.
void add_shape(Features& out, const std::string& prefix, const LeadBeats& lead);
/// Runs of complexes unlike the usual one, and stretches of 3 s that look like an oscillation (spectral purity).
void add_runs(Features& out, const std::string& prefix, const LeadBeats& lead);
/// Quality of the samples as recorded.
void add_quality(Features& out, const std::string& prefix, std::span<const float> samples, double rate_hz);

/// Beats of a pulse wave, found by its peaks.
struct PulseBeats {
  std::vector<double> at_seconds, heights;  ///< heights: from the preceding foot to the peak, in the channel's unit
};
PulseBeats pulse_beats(std::span<const float> samples, double rate_hz);
/// samples: empty if the channel is missing. ecg_intervals: in seconds, between the beats of the most trusted lead.
void add_pulse(Features& out, const std::string& prefix, std::span<const float> samples, double rate_hz,
               std::span<const double> ecg_intervals);

/// sampen(1, r) + ln 2r - ln mean, with the smallest r from 30 ms upwards that gives 5 matches or more. NaN: fewer than
/// 8 intervals, or no such r below half a second.
double coefficient_of_sample_entropy(std::span<const double> intervals);
/// Rate per minute of the fastest `count` successive intervals; NaN: there are fewer.
double fastest_rate(std::span<const double> intervals, std::size_t count);

}  // namespace galen::classify
