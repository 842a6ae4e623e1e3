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
  for (std::size_t done = 0; done < in.size();) {
    const std::size_t run = std::min(in.size() - done, ring_.size() - at_);
    process_within_block(in.subspan(done, run), out.subspan(done, run));
    done += run;
    at_ += run;
    if (at_ == ring_.size()) close_block();
  }
}

void MovingAverage::process_within_block(std::span<const float> in, std::span<float> out) {
  const std::size_t window = ring_.size(), half = window / 2;
  float* const ring = ring_.data() + at_;
  const double* const tail = tail_.data() + at_ + 1;
  double head = head_;
  int there = 0;
  for (const float sample : in) there += is_there(sample) ? 1 : 0;
  if (present_ == static_cast<int>(window) && std::cmp_equal(there, in.size())) {  // the same sums, quicker
    const double count = static_cast<double>(present_);
    std::array<double, 128> heads;  // the sums first: the divisions are then done several at once
    for (std::size_t begin = 0; begin < in.size(); begin += heads.size()) {
      const std::size_t n = std::min(heads.size(), in.size() - begin);
      for (std::size_t k = 0; k < n; ++k) {
        ring[begin + k] = in[begin + k];
        heads[k] = head += static_cast<double>(in[begin + k]);
      }
      for (std::size_t k = 0; k < n; ++k) out[begin + k] = static_cast<float>((heads[k] + tail[begin + k]) / count);
    }
  } else {
    for (std::size_t k = 0; k < in.size(); ++k) {
      const float sample = in[k];
      present_ += is_there(sample) - is_there(ring[k]);
      ring[k] = sample;
      head += or_zero(sample);
      const std::size_t i = at_ + k;
      const float centre = ring_[i >= half ? i - half : i + window - half];
      out[k] = is_there(centre) ? static_cast<float>((head + tail[k]) / present_) : missing;
    }
  }
  head_ = head;
}

Averages averages_for(double cutoff_hz, double rate_hz, int stages, double gain) {
  if (stages < 1 || !(gain > 0 && gain < 1)) throw defect("averages_for", "no such averages");
  if (!(cutoff_hz > 0 && cutoff_hz < rate_hz / 4))
    throw Error("filter", "its cutoff does not fit the sampling rate",
                fmt::format("{} Hz at {} samples a second", cutoff_hz, rate_hz),
                "take one above 0 and below a quarter of the rate");
  // One average has the gain sin(x) / x, of which x is pi window cutoff / rate.
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
