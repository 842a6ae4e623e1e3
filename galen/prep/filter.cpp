#include "galen/prep/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "galen/base/error.h"
#include "galen/prep/finite_stretches.h"

namespace galen {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr double pi = std::numbers::pi;

void require_band(double low_hz, double high_hz, double rate_hz) {
  if (rate_hz > 0 && low_hz > 0 && low_hz <= high_hz && high_hz < rate_hz / 2) return;
  throw Error("filter", "its frequencies do not fit the sampling rate",
              low_hz == high_hz ? fmt::format("{} Hz at {} samples a second", low_hz, rate_hz)
                                : fmt::format("{} to {} Hz at {} samples a second", low_hz, high_hz, rate_hz),
              "take frequencies above 0 and below half the rate");
}

void require_order(int order) {
  if (order >= 1 && order <= 20) return;
  throw Error("filter", "its order is out of range", fmt::format("{}", order), "take 1 to 20");
}

double warped(double frequency_hz, double rate_hz) {
  return std::tan(pi * frequency_hz / rate_hz);
}

// A quadratic in s: c2 s^2 + c1 s + c0.
struct Quadratic {
  double c2 = 0, c1 = 0, c0 = 0;
};

// The bilinear transform s = (1 - 1/z) / (1 + 1/z) of n / d.
Section bilinear(const Quadratic& n, const Quadratic& d) {
  const double scale = 1 / (d.c2 + d.c1 + d.c0);
  return {(n.c2 + n.c1 + n.c0) * scale, 2 * (n.c0 - n.c2) * scale, (n.c2 - n.c1 + n.c0) * scale,
          2 * (d.c0 - d.c2) * scale, (d.c2 - d.c1 + d.c0) * scale};
}

// The same for (c1 s + c0) / (d1 s + d0): a first-order section, with b2 = a2 = 0.
Section bilinear_first(double c1, double c0, double d1, double d0) {
  const double scale = 1 / (d1 + d0);
  return {(c1 + c0) * scale, (c0 - c1) * scale, 0, (d0 - d1) * scale, 0};
}

// Pole k of the prototype, among those with a positive imaginary part (k < order / 2).
std::complex<double> prototype_pole(int k, int order) {
  return std::polar(1.0, pi / 2 + pi * (2 * k + 1) / (2.0 * order));
}

Sections one_edge(int order, double edge, bool low) {
  Sections sections;
  if (order % 2 == 1) sections.push_back(low ? bilinear_first(0, edge, 1, edge) : bilinear_first(1, 0, 1, edge));
  for (int k = 0; k < order / 2; ++k) {
    const Quadratic poles{1, -2 * edge * prototype_pole(k, order).real(), edge * edge};
    sections.push_back(bilinear(low ? Quadratic{0, 0, edge * edge} : Quadratic{1, 0, 0}, poles));
  }
  return sections;
}

using Doubles = std::vector<double>;

// Sets the steady state of a section at a constant input; returns its output.
double rest(const Section& s, double sample, double& z1, double& z2) {
  const double output = sample * (s.b0 + s.b1 + s.b2) / (1 + s.a1 + s.a2);
  z2 = s.b2 * sample - s.a2 * output;
  z1 = s.b1 * sample - s.a1 * output + z2;
  return output;
}

// Filters in place, from the steady state at the first sample.
void run(const Sections& sections, Doubles& samples) {
  for (const Section& s : sections) {
    double z1 = 0, z2 = 0;
    rest(s, samples.front(), z1, z2);
    for (double& v : samples) {
      const double output = s.b0 * v + z1;
      z1 = s.b1 * v - s.a1 * output + z2;
      z2 = s.b2 * v - s.a2 * output;
      v = output;
    }
  }
}

// As scipy.signal.sosfiltfilt: three times the number of taps.
std::size_t padding_of(const Sections& sections) {
  const auto first_order =
      std::count_if(sections.begin(), sections.end(), [](const Section& s) { return s.b2 == 0 && s.a2 == 0; });
  return 3 * (2 * sections.size() + 1 - static_cast<std::size_t>(first_order));
}

void zero_phase_stretch(const Sections& sections, std::span<const float> in, std::span<float> out) {
  const std::size_t n = in.size(), pad = std::min(padding_of(sections), n - 1);
  const double first = static_cast<double>(in.front()), last = static_cast<double>(in.back());
  Doubles padded(n + 2 * pad);
  std::copy(in.begin(), in.end(), padded.begin() + static_cast<std::ptrdiff_t>(pad));
  for (std::size_t i = 1; i <= pad; ++i) {
    padded[pad - i] = 2 * first - static_cast<double>(in[i]);
    padded[pad + n - 1 + i] = 2 * last - static_cast<double>(in[n - 1 - i]);
  }
  for (int direction = 0; direction < 2; ++direction) {
    run(sections, padded);
    std::reverse(padded.begin(), padded.end());
  }
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<float>(padded[pad + i]);
}

}  // namespace

Sections butterworth_lowpass(int order, double cutoff_hz, double rate_hz) {
  require_order(order);
  require_band(cutoff_hz, cutoff_hz, rate_hz);
  return one_edge(order, warped(cutoff_hz, rate_hz), true);
}

Sections butterworth_highpass(int order, double cutoff_hz, double rate_hz) {
  require_order(order);
  require_band(cutoff_hz, cutoff_hz, rate_hz);
  return one_edge(order, warped(cutoff_hz, rate_hz), false);
}

Sections butterworth_bandpass(int order, double low_hz, double high_hz, double rate_hz) {
  require_order(order);
  require_band(low_hz, high_hz, rate_hz);
  if (low_hz == high_hz) throw Error("filter", "its band is empty", fmt::format("{} to {} Hz", low_hz, high_hz));
  const double low = warped(low_hz, rate_hz), high = warped(high_hz, rate_hz), width = high - low;
  Sections sections;
  if (order % 2 == 1) sections.push_back(bilinear({0, width, 0}, {1, width, low * high}));
  for (int k = 0; k < order / 2; ++k) {  // each pole p becomes the two roots of s^2 - p width s + low high
    const std::complex<double> half = prototype_pole(k, order) * (width / 2);
    const std::complex<double> root = std::sqrt(half * half - low * high);
    for (const std::complex<double> pole : {half + root, half - root})
      sections.push_back(bilinear({0, width, 0}, {1, -2 * pole.real(), std::norm(pole)}));
  }
  return sections;
}

Sections notch(double frequency_hz, double quality, double rate_hz) {
  require_band(frequency_hz, frequency_hz, rate_hz);
  if (!(quality > 0)) throw Error("filter", "the quality of a notch is not positive", fmt::format("{}", quality));
  const double angle = 2 * pi * frequency_hz / rate_hz;
  const double gain = 1 / (1 + std::tan(angle / quality / 2));
  const double middle = -2 * std::cos(angle) * gain;
  return {{gain, middle, gain, middle, 2 * gain - 1}};
}

CausalFilter::CausalFilter(Sections sections) : sections_(std::move(sections)), states_(sections_.size()) {}

void CausalFilter::settle(double sample) {
  for (std::size_t i = 0; i < sections_.size(); ++i) sample = rest(sections_[i], sample, states_[i].z1, states_[i].z2);
  settled_ = true;
}

float CausalFilter::step(float sample) {
  if (!std::isfinite(sample)) {
    settled_ = false;
    return missing;
  }
  double v = static_cast<double>(sample);
  if (!settled_) settle(v);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    const Section& s = sections_[i];
    State& z = states_[i];
    const double output = s.b0 * v + z.z1;
    z.z1 = s.b1 * v - s.a1 * output + z.z2;
    z.z2 = s.b2 * v - s.a2 * output;
    v = output;
  }
  return static_cast<float>(v);
}

void CausalFilter::process(std::span<const float> in, std::span<float> out) {
  if (in.size() != out.size()) throw defect("CausalFilter::process", "input and output differ in length");
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = step(in[i]);
}

std::vector<float> zero_phase(const Sections& sections, std::span<const float> samples) {
  std::vector<float> out(samples.size(), missing);
  for_each_finite_stretch(samples, [&](std::size_t begin, std::span<const float> stretch) {
    zero_phase_stretch(sections, stretch, std::span(out).subspan(begin, stretch.size()));
  });
  return out;
}

}  // namespace galen
