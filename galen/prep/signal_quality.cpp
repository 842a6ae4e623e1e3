#include "galen/prep/signal_quality.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/error.h"
#include "galen/prep/finite_stretches.h"
#include "galen/prep/spectrum.h"

namespace galen {
namespace {

// Calls run(begin, end) for each run of equal values; missing samples belong to none.
void for_runs(std::span<const float> samples, const auto& run) {
  for (std::size_t begin = 0; begin < samples.size();) {
    std::size_t end = begin + 1;
    while (end < samples.size() && samples[end] == samples[begin]) ++end;
    if (std::isfinite(samples[begin])) run(begin, end);
    begin = end;
  }
}

void measure_runs(std::span<const float> samples, double rate_hz, SignalQuality& quality) {
  float least = std::numeric_limits<float>::infinity(), greatest = -least;
  std::size_t there = 0, flat = 0, clipped = 0;
  for (const float v : samples) {
    if (!std::isfinite(v)) continue;
    ++there;
    least = std::min(least, v);
    greatest = std::max(greatest, v);
  }
  for_runs(samples, [&](std::size_t begin, std::size_t end) {
    const bool extreme = samples[begin] == least || samples[begin] == greatest;
    if (static_cast<double>(end - begin) >= 0.5 * rate_hz) {
      flat += end - begin;
    } else if (extreme && end - begin >= 3) {
      clipped += end - begin;
    }
  });
  const double n = static_cast<double>(samples.size());
  quality.missing_share = 1 - static_cast<double>(there) / n;
  quality.flat_share = static_cast<double>(flat) / n;
  quality.clipped_share = static_cast<double>(clipped) / n;
}

std::optional<double> kurtosis_of(std::span<const float> samples) {
  double sum = 0, second = 0, fourth = 0, n = 0;
  for (const float v : samples) {
    if (std::isfinite(v)) sum += static_cast<double>(v), ++n;
  }
  const double mean = sum / n;
  for (const float v : samples) {
    if (!std::isfinite(v)) continue;
    const double square = (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean);
    second += square;
    fourth += square * square;
  }
  if (!(second > 1e-12 * mean * mean * n)) return std::nullopt;  // constant, apart from rounding
  return n * fourth / (second * second);
}

// Welch's spectra (2 s segments) of the stretches between gaps, summed with their lengths as weights; empty: none is
// long enough.
Spectrum spectrum_of(std::span<const float> samples, double rate_hz) {
  const std::size_t segment = static_cast<std::size_t>(std::lround(2 * rate_hz));
  Spectrum sum;
  if (segment < 8) return sum;
  for_each_finite_stretch(samples, [&](std::size_t, std::span<const float> stretch) {
    if (stretch.size() < segment) return;
    const Spectrum part = welch(stretch, rate_hz, segment, segment / 2);
    sum.step_hz = part.step_hz;
    sum.density.resize(part.density.size());
    for (std::size_t i = 0; i < part.density.size(); ++i) {
      sum.density[i] += part.density[i] * static_cast<double>(stretch.size());
    }
  });
  return sum;
}

void measure_spectrum(std::span<const float> samples, double rate_hz, SignalQuality& quality) {
  const Spectrum spectrum = spectrum_of(samples, rate_hz);
  const double heart = band_power(spectrum, 0, 40), top = std::min(100.0, 0.45 * rate_hz);
  if (!(heart > 0) || !quality.kurtosis) return;
  quality.baseline_ratio = band_power(spectrum, 0, 1) / heart;
  if (top < 50) return;
  quality.noise_ratio = band_power(spectrum, 40, top) / (top - 40) / (band_power(spectrum, 1, top) / (top - 1));
}

void score(SignalQuality& quality) {
  quality.index = 1;
  quality.worst = {};
  const auto take = [&](std::string_view name, std::optional<double> value, double good, double bad) {
    const double score = value ? std::clamp((bad - *value) / (bad - good), 0.0, 1.0) : 1;
    if (score < quality.index) {
      quality.index = score;
      quality.worst = name;
    }
  };
  take("missing", quality.missing_share, 0, 0.5);
  take("flat", quality.flat_share, 0, 0.5);
  take("clipped", quality.clipped_share, 0.01, 0.1);
  take("baseline", quality.baseline_ratio, 0.5, 0.95);
  take("noise", quality.noise_ratio, 0.1, 0.6);
}

}  // namespace

SignalQuality signal_quality(std::span<const float> samples, double rate_hz) {
  if (samples.empty() || !(rate_hz > 0)) throw defect("signal_quality", "no samples, or no rate");
  SignalQuality quality;
  quality.count = std::ssize(samples);
  measure_runs(samples, rate_hz, quality);
  quality.kurtosis = kurtosis_of(samples);
  measure_spectrum(samples, rate_hz, quality);
  score(quality);
  return quality;
}

SignalQualityWindows::SignalQualityWindows(double rate_hz, std::int64_t window, std::int64_t hop)
    : rate_hz_(rate_hz), window_(static_cast<std::size_t>(window)), hop_(static_cast<std::size_t>(hop)) {
  if (!(rate_hz > 0) || hop < 1 || hop > window) throw defect("SignalQualityWindows", "no such windows");
}

void SignalQualityWindows::reset() {
  samples_.clear();
  begin_ = 0;
}

void SignalQualityWindows::push(std::span<const float> in, std::vector<SignalQuality>& out) {
  while (!in.empty()) {
    const std::size_t taken = std::min(in.size(), window_ - samples_.size());
    samples_.insert(samples_.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(taken));
    in = in.subspan(taken);
    if (samples_.size() < window_) return;
    out.push_back(signal_quality(samples_, rate_hz_));
    out.back().begin = begin_;
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(hop_));
    begin_ += static_cast<std::int64_t>(hop_);
  }
}

}  // namespace galen
