#include "galen/prep/resample_signal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "galen/base/error.h"

namespace galen {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr double crossings = 20, beta = 8, band_share = 0.92;
constexpr std::int64_t most_phases = 1024;
constexpr double least_weight = 0.2;  // the weights sum to 1 if no input is missing, to 0.5 beside a gap

// Kaiser-windowed sinc; x in zero crossings.
double windowed_sinc(double x) {
  if (std::abs(x) >= crossings) return 0;
  const double angle = std::numbers::pi * x, share = x / crossings;
  const double window = std::cyl_bessel_i(0, beta * std::sqrt(1 - share * share)) / std::cyl_bessel_i(0, beta);
  return window * (angle == 0 ? 1 : std::sin(angle) / angle);
}

// The number of inputs is even. Two sums, so that additions need not wait for one another.
double dot(std::span<const float> inputs, const double* weights) {
  double even = 0, odd = 0;
  for (std::size_t i = 0; i < inputs.size(); i += 2) {
    even += weights[i] * static_cast<double>(inputs[i]);
    odd += weights[i + 1] * static_cast<double>(inputs[i + 1]);
  }
  return even + odd;
}

// Writes value as a fraction up / down with terms up to most_phases; 0 / 0 if there is none.
void as_fraction(double value, std::int64_t& up, std::int64_t& down) {
  for (down = 1; down <= most_phases; ++down) {
    const double terms = value * static_cast<double>(down);
    up = std::llround(terms);
    if (up >= 1 && up <= most_phases && std::abs(terms - static_cast<double>(up)) < 1e-12 * terms) return;
  }
  up = down = 0;
}

}  // namespace

SignalResampler::SignalResampler(double from_hz, double to_hz) : from_hz_(from_hz), to_hz_(to_hz) {
  const double ratio = to_hz / from_hz;
  if (!(from_hz > 0 && to_hz > 0 && ratio < 1000 && ratio > 1e-3))
    throw Error("resampling", "rates out of range", fmt::format("from {} Hz to {} Hz", from_hz, to_hz));
  as_fraction(ratio, up_, down_);
  if (up_ == down_ && up_ > 0) return;
  phases_ = up_ > 0 ? up_ : most_phases;
  const double band = band_share * std::min(1.0, ratio);  // zero crossings per input
  reach_ = static_cast<int>(std::ceil(crossings / band));
  const std::size_t taps = 2 * static_cast<std::size_t>(reach_);
  kernel_.resize(static_cast<std::size_t>(phases_ + 1) * taps);
  for (std::int64_t phase = 0; phase <= phases_; ++phase) {
    const std::span<double> row = std::span(kernel_).subspan(static_cast<std::size_t>(phase) * taps, taps);
    double sum = 0;
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const double distance =
          static_cast<double>(tap) - (reach_ - 1) - static_cast<double>(phase) / static_cast<double>(phases_);
      sum += row[tap] = windowed_sinc(distance * band);
    }
    for (double& weight : row) weight /= sum;  // constants stay constant
  }
}

void SignalResampler::reset() {
  inputs_.clear();
  first_ = received_ = next_output_ = 0;
  last_missing_ = -1;
}

SignalResampler::Position SignalResampler::position(std::int64_t output) const {
  if (up_ > 0) return {output * down_ / up_, static_cast<std::size_t>(output * down_ % up_), 0};
  const double place = static_cast<double>(output) * from_hz_ / to_hz_, input = std::floor(place);
  const double phase = (place - input) * static_cast<double>(phases_), whole = std::floor(phase);
  return {static_cast<std::int64_t>(input), static_cast<std::size_t>(whole), phase - whole};
}

// Inputs before the first one, or not yet received, count as missing.
float SignalResampler::at(const Position& p) const {
  const std::size_t taps = 2 * static_cast<std::size_t>(reach_);
  const double* const row = kernel_.data() + p.phase * taps;
  const double* const next = row + (p.beyond > 0 ? taps : 0);
  const std::int64_t begin = p.input - reach_ + 1, end = p.input + reach_ + 1;
  const auto there = [&](std::int64_t i) {
    return i >= first_ && i < received_ && std::isfinite(inputs_[static_cast<std::size_t>(i - first_)]);
  };
  bool whole = begin >= first_ && end <= received_;
  for (std::int64_t i = begin; i < end && whole && begin <= last_missing_; ++i) whole = there(i);
  if (whole) {
    const std::span<const float> inputs = std::span(inputs_).subspan(static_cast<std::size_t>(begin - first_), taps);
    return static_cast<float>(p.beyond > 0 ? dot(inputs, row) * (1 - p.beyond) + dot(inputs, next) * p.beyond
                                           : dot(inputs, row));
  }
  const double share = (static_cast<double>(p.phase) + p.beyond) / static_cast<double>(phases_);
  if (!there(std::min(p.input + (share > 0.5 ? 1 : 0), received_ - 1))) return missing;
  double sum = 0, weights = 0;
  bool gaps = false;  // within the recording
  for (std::size_t tap = 0; tap < taps; ++tap) {
    const std::int64_t i = begin + static_cast<std::int64_t>(tap);
    if (!there(i)) {
      gaps = gaps || (i >= first_ && i < received_);
      continue;
    }
    const double weight = row[tap] + p.beyond * (next[tap] - row[tap]);
    sum += weight * static_cast<double>(inputs_[static_cast<std::size_t>(i - first_)]);
    weights += weight;
  }
  return gaps && !(weights > least_weight) ? missing : static_cast<float>(sum / weights);
}

// Appends the outputs whose inputs all lie before `known` and whose time is before input `end`.
void SignalResampler::emit(std::int64_t known, std::int64_t end, std::vector<float>& out) {
  for (;; ++next_output_) {
    const Position p = position(next_output_);
    if (p.input >= end || p.input + reach_ >= known) break;
    out.push_back(at(p));
  }
}

void SignalResampler::push(std::span<const float> in, std::vector<float>& out) {
  if (reach_ == 0) {
    out.insert(out.end(), in.begin(), in.end());
    return;
  }
  constexpr std::size_t chunk = 4096;  // bounds the memory
  for (std::size_t begin = 0; begin < in.size(); begin += chunk) {
    const std::span<const float> part = in.subspan(begin, std::min(chunk, in.size() - begin));
    for (const float v : part) {
      if (!std::isfinite(v)) last_missing_ = received_;
      inputs_.push_back(v);
      ++received_;
    }
    emit(received_, received_, out);
    const std::int64_t needed = std::min(position(next_output_).input - reach_ + 1, received_);
    if (needed > first_) {
      inputs_.erase(inputs_.begin(), inputs_.begin() + (needed - first_));
      first_ = needed;
    }
  }
}

void SignalResampler::finish(std::vector<float>& out) {
  if (reach_ > 0) emit(std::numeric_limits<std::int64_t>::max(), received_, out);
}

std::vector<float> resampled(std::span<const float> samples, double from_hz, double to_hz) {
  SignalResampler resampler(from_hz, to_hz);
  std::vector<float> out;
  resampler.push(samples, out);
  resampler.finish(out);
  return out;
}

}  // namespace galen
