#pragma once
// Power spectra: of evenly spaced samples by Welch's method, of unevenly spaced ones by Lomb's.
#include <span>
#include <vector>

namespace galen {

/// One-sided power density, in the square of the samples' unit per Hz; bin i lies at i * step_hz.
struct Spectrum {
  double step_hz = 0;
  std::vector<double> density;
};

/// Mean periodogram of Hann-windowed segments that overlap by `overlap` samples, each minus its mean (Welch, IEEE
/// Trans. Audio Electroacoustics 1967); scipy.signal.welch with its defaults. A signal shorter than a segment is one
/// segment. Errors (defect): no samples, samples that are not finite, an overlap that is not below the segment.
Spectrum welch(std::span<const double> samples, double rate_hz, std::size_t segment, std::size_t overlap);
Spectrum welch(std::span<const float> samples, double rate_hz, std::size_t segment, std::size_t overlap);

/// Power of the bins with low_hz <= frequency < high_hz: the sum of density * step_hz.
double band_power(const Spectrum& spectrum, double low_hz, double high_hz);

/// Lomb's periodogram of values minus their mean at uneven times (Scargle, Astrophysical Journal 1982), not divided by
/// the variance, as scipy.signal.lombscargle: a sine of amplitude A in n values has the power n A^2 / 4. One power per
/// frequency; frequencies must be above 0. O(values x frequencies). Errors (defect): lengths differ.
std::vector<double> lomb(std::span<const double> times_s, std::span<const double> values,
                         std::span<const double> frequencies_hz);

/// The same as a density up to highest_hz, in steps of 1 / duration; the duration reaches from the first time to one
/// mean interval after the last. Bin 0 is 0. Errors (defect): lengths differ, fewer than 2 values.
Spectrum lomb_spectrum(std::span<const double> times_s, std::span<const double> values, double highest_hz);

}  // namespace galen
