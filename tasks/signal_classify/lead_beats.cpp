#include "tasks/signal_classify/lead_beats.h"

#include <algorithm>
#include <cmath>

#include "galen/metric/stats.h"
#include "galen/prep/filter.h"
#include "galen/prep/qrs_detector.h"
#include "galen/prep/resample_signal.h"

namespace galen::classify {
namespace {

constexpr double search_s = 0.06;                      // around a candidate, to find its peak
constexpr double t_wave_s = 0.36, t_wave_share = 0.6;  // a T wave: this soon after a complex, so much weaker
constexpr double complex_before_s = 0.08, complex_after_s = 0.12;

std::int64_t samples_in(double seconds) {
  return std::llround(seconds * analysis_rate_hz);
}

std::vector<float> prepared(std::span<const float> samples, double rate_hz) {
  std::vector<float> out = resampled(samples, rate_hz, analysis_rate_hz);
  out = zero_phase(butterworth_bandpass(2, 0.5, std::min(40.0, 0.45 * rate_hz), analysis_rate_hz), out);
  for (float& v : out) {
    if (!std::isfinite(v)) v = 0;
  }
  return out;
}

std::vector<Candidate> complexes(const std::vector<float>& samples) {
  QrsDetector detector(analysis_rate_hz, 1);
  std::vector<Candidate> all, out;
  detector.push({&samples, 1}, all);
  detector.finish(all);
  for (const Candidate& one : all) {
    if (one.strength < 0.35f) continue;
    const bool behind = !out.empty() && one.sample - out.back().sample < samples_in(t_wave_s);
    if (behind && one.strength < t_wave_share * out.back().strength) continue;
    if (behind && out.back().strength < 0.5 * t_wave_share * one.strength) out.pop_back();  // it was a P wave
    out.push_back(one);
  }
  return out;
}

// Whether the larger deflection points down in most complexes.
bool points_down(const std::vector<float>& samples, const std::vector<Candidate>& candidates) {
  double down = 0, up = 0;
  for (const Candidate& one : candidates) {
    const std::int64_t begin = std::max<std::int64_t>(0, one.sample - samples_in(search_s));
    const std::int64_t end = std::min<std::int64_t>(std::ssize(samples), one.sample + samples_in(search_s) + 1);
    const auto [low, high] = std::minmax_element(samples.begin() + begin, samples.begin() + end);
    (-*low > *high ? down : up) += 1;
  }
  return down > up;
}

std::int64_t peak_near(const std::vector<float>& samples, std::int64_t at) {
  const std::int64_t begin = std::max<std::int64_t>(0, at - samples_in(search_s));
  const std::int64_t end = std::min<std::int64_t>(std::ssize(samples), at + samples_in(search_s) + 1);
  return std::max_element(samples.begin() + begin, samples.begin() + end) - samples.begin();
}

// Peak position between samples, by a parabola.
double refined(const std::vector<float>& samples, std::int64_t at) {
  if (at < 1 || at + 1 >= std::ssize(samples)) return static_cast<double>(at);
  const auto i = static_cast<std::size_t>(at);
  const double bend = samples[i - 1] - 2 * samples[i] + samples[i + 1];
  const double shift = bend < 0 ? 0.5 * (samples[i - 1] - samples[i + 1]) / bend : 0;
  return static_cast<double>(at) + std::clamp(shift, -0.5, 0.5);
}

float at_or_zero(const std::vector<float>& samples, std::int64_t at) {
  return at >= 0 && at < std::ssize(samples) ? samples[static_cast<std::size_t>(at)] : 0.f;
}

double area_over_height(const std::vector<float>& samples, std::int64_t at) {
  double area = 0, height = 0;
  for (std::int64_t i = at - samples_in(0.12); i <= at + samples_in(0.16); ++i) {
    const double v = std::abs(at_or_zero(samples, i));
    area += v;
    height = std::max(height, v);
  }
  return height > 0 ? area / height / analysis_rate_hz : std::nan("");
}

std::vector<double> median_beat(const std::vector<float>& samples, const std::vector<std::int64_t>& peaks) {
  std::vector<double> out;
  for (std::int64_t i = -samples_in(usual_before_s); i < samples_in(usual_after_s); ++i) {
    std::vector<double> column;
    for (const std::int64_t peak : peaks) column.push_back(at_or_zero(samples, peak + i));
    out.push_back(median(column));
  }
  return out;
}

double correlation(const std::vector<float>& samples, std::int64_t peak, const std::vector<double>& usual) {
  double xx = 0, yy = 0, xy = 0, x_sum = 0, y_sum = 0, n = 0;
  for (std::int64_t i = -samples_in(complex_before_s); i <= samples_in(complex_after_s); ++i) {
    const double x = at_or_zero(samples, peak + i);
    const double y = usual[static_cast<std::size_t>(i + samples_in(usual_before_s))];
    xx += x * x, yy += y * y, xy += x * y, x_sum += x, y_sum += y, ++n;
  }
  const double spread = (xx - x_sum * x_sum / n) * (yy - y_sum * y_sum / n);
  return spread > 0 ? (xy - x_sum * y_sum / n) / std::sqrt(spread) : 0;
}

double best_correlation(const std::vector<float>& samples, std::int64_t peak, const std::vector<double>& usual) {
  double best = -1;
  for (std::int64_t shift = -3; shift <= 3; ++shift) best = std::max(best, correlation(samples, peak + shift, usual));
  return best;
}

}  // namespace

std::vector<double> intervals_of(std::span<const double> at_seconds) {
  std::vector<double> out;
  for (std::size_t i = 1; i < at_seconds.size(); ++i) out.push_back(at_seconds[i] - at_seconds[i - 1]);
  return out;
}

LeadBeats lead_beats(std::span<const float> samples, double rate_hz) {
  LeadBeats out;
  if (samples.empty()) return out;
  out.samples = prepared(samples, rate_hz);
  const std::vector<Candidate> candidates = complexes(out.samples);
  out.inverted = points_down(out.samples, candidates);
  if (out.inverted) {
    for (float& v : out.samples) v = -v;
  }
  std::vector<std::int64_t> peaks;
  for (const Candidate& one : candidates) {
    const std::int64_t peak = peak_near(out.samples, one.sample);
    if (!peaks.empty() && peak - peaks.back() < samples_in(0.15)) continue;
    peaks.push_back(peak);
    out.at_seconds.push_back(refined(out.samples, peak) / analysis_rate_hz);
    out.strength.push_back(one.strength);
    out.height.push_back(out.samples[static_cast<std::size_t>(peak)]);
    out.breadth.push_back(area_over_height(out.samples, peak));
  }
  if (peaks.size() < 3) return out;
  out.usual = median_beat(out.samples, peaks);
  for (const std::int64_t peak : peaks) out.likeness.push_back(best_correlation(out.samples, peak, out.usual));
  return out;
}

}  // namespace galen::classify
