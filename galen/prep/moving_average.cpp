#include "galen/prep/moving_average.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "galen/base/error.h"

namespace galen {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

bool is_there(float sample) {
  return std::abs(sample) <= std::numeric_limits<float>::max();
}

double or_zero(float sample) {
  return is_there(sample) ? static_cast<double>(sample) : 0;
}

int total_delay(const std::vector<MovingAverage>& averages) {
  int delay = 0;
  for (const MovingAverage& a : averages) delay += a.delay();
  return delay;
}

std::vector<MovingAverage> cascade(const Averages& averages) {
  return std::vector<MovingAverage>(static_cast<std::size_t>(averages.stages), MovingAverage(averages.window));
}

void require_equal(std::size_t in, std::size_t out) {
  if (in != out) throw defect("moving average", "input and output differ in length");
}

constexpr std::size_t few = 8;        // windows up to this length are summed anew for each output
constexpr std::size_t at_once = 128;  // samples handled together, so that several additions run in parallel

bool all_there(std::span<const float> samples) {
  int there = 0;
  for (const float sample : samples) there += is_there(sample) ? 1 : 0;
  return std::cmp_equal(there, samples.size());
}

}  // namespace

MovingAverage::MovingAverage(int window) {
  if (window < 1 || window % 2 == 0) throw defect("MovingAverage", fmt::format("the window {} is not odd", window));
  ring_.resize(static_cast<std::size_t>(window));
  tail_.resize(ring_.size() + 1);
  reset();
}

void MovingAverage::reset() {
  std::fill(ring_.begin(), ring_.end(), missing);
  std::fill(tail_.begin(), tail_.end(), 0.0);
  at_ = 0;
  head_ = 0;
  present_ = 0;
}

void MovingAverage::close_block() {
  double sum = 0;
  for (std::size_t i = ring_.size(); i-- > 0;) tail_[i] = sum += or_zero(ring_[i]);
  at_ = 0;
  head_ = 0;
}

float MovingAverage::step(float sample) {
  float out;
  process({&sample, 1}, {&out, 1});
  return out;
}

void MovingAverage::process(std::span<const float> in, std::span<float> out) {
  require_equal(in.size(), out.size());
  const std::size_t window = ring_.size();
  for (std::size_t done = 0; done < in.size();) {
    const std::size_t run = std::min({in.size() - done, at_once, window > few ? window - at_ : at_once});
    const std::span<const float> from = in.subspan(done, run);
    const std::span<float> to = out.subspan(done, run);
    const bool whole = present_ == static_cast<int>(window) && all_there(from);
    if (!whole) {
      for (std::size_t k = 0; k < run; ++k) to[k] = take_one(from[k]);
    } else if (window <= few) {
      take_few(from, to);
    } else {
      take_run(from, to);
    }
    done += run;
  }
}

float MovingAverage::take_one(float sample) {
  const std::size_t window = ring_.size(), half = window / 2, at = at_++;
  present_ += is_there(sample) - is_there(ring_[at]);
  ring_[at] = sample;
  double sum = 0;
  if (window <= few) {
    for (std::size_t i = 1; i <= window; ++i) sum += or_zero(ring_[(at + i) % window]);
  } else {
    head_ += or_zero(sample);
    sum = head_ + tail_[at + 1];
  }
  const float centre = ring_[at >= half ? at - half : at + window - half];
  if (at_ == window) close_block();
  return is_there(centre) ? static_cast<float>(sum / present_) : missing;
}

// If no sample is missing: the same sums as in take_one(), several at once.
void MovingAverage::take_few(std::span<const float> in, std::span<float> out) {
  const std::size_t window = ring_.size(), before = window - 1;
  std::array<double, few + at_once> samples;
  std::array<double, at_once> sums;
  for (std::size_t i = 0; i < before; ++i) samples[i] = static_cast<double>(ring_[(at_ + 1 + i) % window]);
  for (std::size_t k = 0; k < in.size(); ++k) samples[before + k] = static_cast<double>(in[k]);
  for (std::size_t k = in.size() - std::min(in.size(), window); k < in.size(); ++k) ring_[(at_ + k) % window] = in[k];
  at_ = (at_ + in.size()) % window;
  for (std::size_t k = 0; k < out.size(); ++k) sums[k] = samples[k];
  for (std::size_t i = 1; i < window; ++i) {
    for (std::size_t k = 0; k < out.size(); ++k) sums[k] += samples[i + k];
  }
  const auto count = static_cast<double>(window);
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<float>(sums[k] / count);
}

// If no sample is missing: as take_one(), within one block.
void MovingAverage::take_run(std::span<const float> in, std::span<float> out) {
  float* const ring = ring_.data() + at_;
  const double* const tail = tail_.data() + at_ + 1;
  std::array<double, at_once> heads;  // sums first: several divisions then run in parallel
  double head = head_;
  for (std::size_t k = 0; k < in.size(); ++k) {
    ring[k] = in[k];
    heads[k] = head += static_cast<double>(in[k]);
  }
  const auto count = static_cast<double>(ring_.size());
  for (std::size_t k = 0; k < in.size(); ++k) out[k] = static_cast<float>((heads[k] + tail[k]) / count);
  head_ = head;
  at_ += in.size();
  if (at_ == ring_.size()) close_block();
}

Averages averages_for(double cutoff_hz, double rate_hz, int stages, double gain) {
  if (stages < 1 || !(gain > 0 && gain < 1)) throw defect("averages_for", "no such averages");
  if (!(cutoff_hz > 0 && cutoff_hz < rate_hz / 4))
    throw Error("filter", "its cutoff does not fit the sampling rate",
                fmt::format("{} Hz at {} samples a second", cutoff_hz, rate_hz),
                "take one above 0 and below a quarter of the rate");
  // One average has the gain sin(x) / x, where x = pi window cutoff / rate.
  const double wanted = std::pow(gain, 1.0 / stages);
  double low = 0, high = std::numbers::pi;
  for (int i = 0; i < 60; ++i) {
    const double x = (low + high) / 2;
    (std::sin(x) / x > wanted ? low : high) = x;
  }
  const double window = low / std::numbers::pi * rate_hz / cutoff_hz;
  return {2 * static_cast<int>(std::lround((window - 1) / 2)) + 1, stages};
}

BandByAverages::BandByAverages(const Averages& high_cut, const Averages& low_cut)
    : high_cut_(cascade(high_cut)), low_cut_(cascade(low_cut)), delay_(total_delay(low_cut_)) {
  const int ahead = delay_ - total_delay(high_cut_);
  if (ahead < 0) throw defect("BandByAverages", "the short averages reach further than the long ones");
  waiting_.assign(static_cast<std::size_t>(ahead), missing);
}

void BandByAverages::reset() {
  for (MovingAverage& a : high_cut_) a.reset();
  for (MovingAverage& a : low_cut_) a.reset();
  std::fill(waiting_.begin(), waiting_.end(), missing);
  at_ = 0;
}

float BandByAverages::step(float sample) {
  float out;
  process_chunk({&sample, 1}, {&out, 1});
  return out;
}

void BandByAverages::process(std::span<const float> in, std::span<float> out) {
  require_equal(in.size(), out.size());
  constexpr std::size_t chunk = 1024;
  for (std::size_t begin = 0; begin < in.size(); begin += chunk) {
    const std::size_t n = std::min(chunk, in.size() - begin);
    process_chunk(in.subspan(begin, n), out.subspan(begin, n));
  }
}

// At most 1024 samples.
void BandByAverages::process_chunk(std::span<const float> in, std::span<float> out) {
  std::array<float, 1024> buffer;
  const std::span<float> fast = std::span(buffer).first(in.size());
  std::copy(in.begin(), in.end(), fast.begin());
  std::copy(in.begin(), in.end(), out.begin());
  for (MovingAverage& a : high_cut_) a.process(fast, fast);
  for (MovingAverage& a : low_cut_) a.process(out, out);
  for (std::size_t i = 0; i < in.size(); ++i) {
    float ready = fast[i];
    if (!waiting_.empty()) {
      std::swap(ready, waiting_[at_]);
      if (++at_ == waiting_.size()) at_ = 0;
    }
    out[i] = ready - out[i];
  }
}

}  // namespace galen
