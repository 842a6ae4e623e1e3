#include <algorithm>
#include <cmath>

#include "galen/metric/stats.h"
#include "galen/prep/filter.h"
#include "galen/prep/resample_signal.h"
#include "tasks/signal_classify/features.h"

namespace galen::classify {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double pulse_rate_hz = 50;  // at which pulses are detected
constexpr double apart_s = 0.28;      // least time between two peaks
constexpr double last_s = 10;         // before the end of the strip

// Greatest autocorrelation at the lags of a pulse, for each stretch of 4 s.
std::vector<double> regularities(const std::vector<float>& x) {
  std::vector<double> out;
  const auto length = static_cast<std::size_t>(4 * pulse_rate_hz);
  for (std::size_t begin = 0; begin + length <= x.size(); begin += length / 2) {
    double best = 0;
    for (std::size_t lag = 15; lag <= 75; ++lag) {
      double xy = 0, xx = 0, yy = 0;
      for (std::size_t i = begin; i + lag < begin + length; ++i) {
        xy += x[i] * x[i + lag], xx += x[i] * x[i], yy += x[i + lag] * x[i + lag];
      }
      if (xx > 0 && yy > 0) best = std::max(best, xy / std::sqrt(xx * yy));
    }
    out.push_back(best);
  }
  return out;
}

std::vector<float> filtered(std::span<const float> samples, double rate_hz) {
  std::vector<float> out = resampled(samples, rate_hz, pulse_rate_hz);
  out = zero_phase(butterworth_bandpass(2, 0.6, 7, pulse_rate_hz), out);
  for (float& v : out) {
    if (!std::isfinite(v)) v = 0;
  }
  return out;
}

// Least swing of a 2 s stretch in the last seconds, relative to the usual one (logarithm): low if the pulse fades.
double least_swing(const std::vector<float>& x) {
  const auto length = static_cast<std::size_t>(2 * pulse_rate_hz);
  const double last_begin = static_cast<double>(x.size()) - last_s * pulse_rate_hz;
  std::vector<double> all, last;
  for (std::size_t begin = 0; begin + length <= x.size(); begin += length / 2) {
    const auto [low, high] = std::ranges::minmax(std::span(x).subspan(begin, length));
    all.push_back(high - low);
    if (static_cast<double>(begin) >= last_begin) last.push_back(high - low);
  }
  return std::log(quantile(last, 0) / quantile(all, 0.75));
}

}  // namespace

PulseBeats pulse_beats(std::span<const float> samples, double rate_hz) {
  PulseBeats out;
  if (samples.empty()) return out;
  const std::vector<float> x = filtered(samples, rate_hz);
  struct Peak {
    std::size_t at;
    double height;
  };
  std::vector<Peak> peaks;
  std::size_t foot = 0;
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    if (x[i] < x[foot]) foot = i;
    if (!(x[i] > x[i - 1] && x[i] >= x[i + 1])) continue;
    const Peak peak{i, x[i] - x[foot]};
    const bool close = !peaks.empty() && static_cast<double>(i - peaks.back().at) < apart_s * pulse_rate_hz;
    if (!close) {
      peaks.push_back(peak);
    } else if (peak.height > peaks.back().height) {
      peaks.back() = peak;
    }
    foot = i;
  }
  std::vector<double> heights;
  for (const Peak& peak : peaks) heights.push_back(peak.height);
  const double level = 0.3 * quantile(heights, 0.8);  // below: a dicrotic wave, or nothing
  for (const Peak& peak : peaks) {
    if (!(peak.height > level)) continue;
    out.at_seconds.push_back(static_cast<double>(peak.at) / pulse_rate_hz);
    out.heights.push_back(peak.height);
  }
  return out;
}

void add_pulse(Features& out, const std::string& prefix, std::span<const float> samples, double rate_hz,
               std::span<const double> ecg_intervals) {
  const PulseBeats beats = pulse_beats(samples, rate_hz);
  const std::vector<double> intervals = intervals_of(beats.at_seconds);
  const double middle = intervals.size() >= 3 ? median(intervals) : nan;
  const double end_s = static_cast<double>(samples.size()) / rate_hz;
  std::vector<double> last_heights, last_intervals, defined;
  for (std::size_t i = 0; i < beats.heights.size(); ++i) {
    if (beats.at_seconds[i] < end_s - last_s) continue;
    last_heights.push_back(beats.heights[i]);
    if (i > 0) last_intervals.push_back(intervals[i - 1]);
  }
  for (const float v : samples) {
    if (std::isfinite(v)) defined.push_back(v);
  }
  const std::vector<float> wave = samples.empty() ? std::vector<float>() : filtered(samples, rate_hz);
  const std::vector<double> regular = regularities(wave);
  const double height = median(beats.heights);
  out.add(prefix + "there", samples.empty() ? 0 : 1);
  out.add(prefix + "rate", 60 / middle);
  out.add(prefix + "spread", standard_deviation(last_intervals) / middle);
  out.add(prefix + "fastest_3", fastest_rate(last_intervals, 3));
  out.add(prefix + "fastest_5", fastest_rate(last_intervals, 5));
  out.add(prefix + "shortest", std::log(quantile(last_intervals, 0) / middle));
  out.add(prefix + "longest", std::log(quantile(last_intervals, 1) / middle));
  out.add(prefix + "height_spread", standard_deviation(last_heights) / height);
  out.add(prefix + "lowest", std::log(quantile(last_heights, 0) / height));
  out.add(prefix + "fallen",
          last_heights.size() >= 3 ? std::log(median(std::span(last_heights).last(3)) / height) : nan);
  out.add(prefix + "least_swing", samples.empty() ? nan : least_swing(wave));
  out.add(prefix + "regularity", median(regular));
  out.add(prefix + "regularity_least", quantile(regular, 0));
  out.add(prefix + "agreement", std::abs(std::log(median(ecg_intervals) / middle)));
  out.add(prefix + "behind_ecg", std::log(fastest_rate(ecg_intervals, 5) / fastest_rate(last_intervals, 5)));
  out.add(prefix + "range", std::log(quantile(defined, 0.99) - quantile(defined, 0.01)));
  out.add(prefix + "low", quantile(defined, 0.05));
}

}  // namespace galen::classify
