#include "galen/prep/spectrum.h"

#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <unsupported/Eigen/FFT>

#include "galen/base/error.h"

namespace galen {
namespace {

constexpr double pi = std::numbers::pi;

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> hann(std::size_t n) {
  std::vector<double> window(n, 1.0);
  for (std::size_t i = 0; i < n && n > 1; ++i)
    window[i] = 0.5 - 0.5 * std::cos(2 * pi * static_cast<double>(i) / static_cast<double>(n));
  return window;
}

}  // namespace

Spectrum welch(std::span<const double> samples, double rate_hz, std::size_t segment, std::size_t overlap) {
  const std::size_t length = std::min(segment, samples.size());
  if (length == 0 || overlap >= segment) throw defect("welch", "no samples, or segments that do not advance");
  const std::size_t step = length - std::min(overlap, length - 1);
  const std::vector<double> window = hann(length);
  double energy = 0;
  for (const double w : window) energy += w * w;

  Spectrum spectrum{rate_hz / static_cast<double>(length), std::vector<double>(length / 2 + 1, 0.0)};
  Eigen::FFT<double> fft;
  std::vector<double> piece(length);
  std::vector<std::complex<double>> transform;
  std::size_t segments = 0;
  for (std::size_t begin = 0; begin + length <= samples.size(); begin += step, ++segments) {
    const std::span<const double> part = samples.subspan(begin, length);
    const double mean = mean_of(part);
    if (!std::isfinite(mean)) throw defect("welch", "samples that are not finite");
    for (std::size_t i = 0; i < length; ++i) piece[i] = (part[i] - mean) * window[i];
    fft.fwd(transform, piece);
    for (std::size_t i = 0; i < spectrum.density.size(); ++i) spectrum.density[i] += std::norm(transform[i]);
  }
  for (std::size_t i = 0; i < spectrum.density.size(); ++i) {
    const bool alone = i == 0 || 2 * i == length;  // without a counterpart at a negative frequency
    spectrum.density[i] *= (alone ? 1 : 2) / (rate_hz * energy * static_cast<double>(segments));
  }
  return spectrum;
}

Spectrum welch(std::span<const float> samples, double rate_hz, std::size_t segment, std::size_t overlap) {
  const std::vector<double> wide(samples.begin(), samples.end());
  return welch(wide, rate_hz, segment, overlap);
}

double band_power(const Spectrum& spectrum, double low_hz, double high_hz) {
  double power = 0;
  for (std::size_t i = 0; i < spectrum.density.size(); ++i) {
    const double frequency_hz = static_cast<double>(i) * spectrum.step_hz;
    if (frequency_hz >= low_hz && frequency_hz < high_hz) power += spectrum.density[i] * spectrum.step_hz;
  }
  return power;
}

std::vector<double> lomb(std::span<const double> times_s, std::span<const double> values,
                         std::span<const double> frequencies_hz) {
  if (times_s.size() != values.size()) throw defect("lomb", "times and values differ in number");
  const double mean = values.empty() ? 0 : mean_of(values);
  std::vector<double> powers;
  for (const double frequency_hz : frequencies_hz) {
    // Sums with the cosines c and sines s of the unshifted phases; the shift tau makes the two orthogonal.
    double xc = 0, xs = 0, cc = 0, cs = 0, ss = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double phase = 2 * pi * frequency_hz * times_s[i], c = std::cos(phase), s = std::sin(phase);
      xc += (values[i] - mean) * c;
      xs += (values[i] - mean) * s;
      cc += c * c;
      cs += c * s;
      ss += s * s;
    }
    const double shift = 0.5 * std::atan2(2 * cs, cc - ss), c = std::cos(shift), s = std::sin(shift);
    const double even = xc * c + xs * s, odd = xs * c - xc * s;
    const double even_norm = c * c * cc + 2 * c * s * cs + s * s * ss;
    const double odd_norm = c * c * ss - 2 * c * s * cs + s * s * cc;
    powers.push_back(0.5 * ((even_norm > 0 ? even * even / even_norm : 0) + (odd_norm > 0 ? odd * odd / odd_norm : 0)));
  }
  return powers;
}

Spectrum lomb_spectrum(std::span<const double> times_s, std::span<const double> values, double highest_hz) {
  if (times_s.size() != values.size() || values.size() < 2) throw defect("lomb_spectrum", "too few values or times");
  const double n = static_cast<double>(values.size());
  const double duration = (times_s.back() - times_s.front()) * n / (n - 1), rate_hz = n / duration;
  std::vector<double> frequencies;
  for (int i = 1; i / duration <= highest_hz; ++i) frequencies.push_back(i / duration);
  Spectrum spectrum{1 / duration, {0.0}};
  for (const double power : lomb(times_s, values, frequencies)) spectrum.density.push_back(2 * power / rate_hz);
  return spectrum;
}

}  // namespace galen
