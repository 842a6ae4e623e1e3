#pragma once
// For tests: pulse waves made from a seed, with their beats.
#include <cmath>
#include <numbers>

#include "galen/base/random.h"
#include "galen/data/case.h"
#include "galen/data/memory_source.h"

namespace galen::pulse_test {

using Samples = std::vector<float>;
inline constexpr double rate_hz = 50;

inline Signal signal_of(const Samples& samples, double rate = rate_hz) {
  return held_signal({{"PLETH", ""}}, rate, {samples});
}

struct Wave {
  Samples samples, beats;
  std::vector<double> at;
};
// Bumps of 80 ms on a wandering baseline, with noise; intervals vary by a few per cent.
inline Wave pulse_wave(double per_minute, double seconds, std::uint64_t seed) {
  Random random(seed, 0, 0, "pulse wave");
  Wave out;
  const auto count = static_cast<std::size_t>(seconds * rate_hz);
  out.beats.resize(count);
  for (double t = 0.5; t < seconds - 0.3; t += 60 / per_minute * (1 + 0.03 * random.normal())) {
    const double sample = std::round(t * rate_hz);
    out.beats[static_cast<std::size_t>(sample)] = 1;
    out.at.push_back(sample / rate_hz);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    double v = 100 + 0.3 * std::sin(2 * std::numbers::pi * 0.2 * t) + 0.03 * random.normal();
    for (const double at : out.at) v += std::exp(-std::pow((t - at) / 0.08, 2) / 2);
    out.samples.push_back(static_cast<float>(v));
  }
  return out;
}

/// A case with its truth.
inline Case pulse_case(const std::string& id, const std::string& patient, const Wave& wave) {
  return {id, patient, {{"signal", signal_of(wave.samples)}, {"beats", signal_of(wave.beats)}}, {}, {}};
}

}  // namespace galen::pulse_test
