#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "galen/prep/spectrum.h"
#include "galen/prep/spline.h"
#include "tasks/ecg_rhythm/hrv_parts.h"

namespace galen::ecg {
namespace {

constexpr double tachogram_hz = 4;
constexpr double shortest_s = 120;  // for LF, according to the standard

// Powers of the bands of the standard's table 5 [ms2]; for 5 min vlf has no lower limit.
struct Bands {
  double total = 0, ulf = 0, vlf = 0, lf = 0, hf = 0;
};

Bands bands(const Spectrum& spectrum, bool day) {
  const double lowest = day ? 0.003 : 0;
  return {band_power(spectrum, 0, 0.4), band_power(spectrum, 0, lowest), band_power(spectrum, lowest, 0.04),
          band_power(spectrum, 0.04, 0.15), band_power(spectrum, 0.15, 0.4)};
}

// The tachogram's knots: the intervals of [first, last), one more on each side, and, where more than 3 s are left out,
// points on the straight line every second, as a spline would overshoot there.
NnSeries knots(const NnSeries& series, std::size_t first, std::size_t last) {
  NnSeries out;
  const auto push = [&](double time_s, double ms) {
    out.time_s.push_back(time_s);
    out.ms.push_back(ms);
  };
  for (std::size_t i = first - (first > 0 ? 1 : 0); i < std::min(last + 1, series.size()); ++i) {
    if (out.size() > 0 && series.time_s[i] - out.time_s.back() > 3) {
      const double from_s = out.time_s.back(), from_ms = out.ms.back(), gap = series.time_s[i] - from_s;
      for (double t = 1; t < gap - 0.5; ++t) push(from_s + t, from_ms + t / gap * (series.ms[i] - from_ms));
    }
    push(series.time_s[i], series.ms[i]);
  }
  return out;
}

// The spectrum of [begin, begin + length), interpolated every quarter of a second by a cubic spline, under a single
// Hann window.
Spectrum tachogram_spectrum(const NnSeries& series, double begin_s, double length_s) {
  const auto [first, last] = within(series, begin_s, length_s);
  const NnSeries through = knots(series, first, last);
  const std::size_t n = static_cast<std::size_t>(std::lround(length_s * tachogram_hz));
  std::vector<double> at(n);
  for (std::size_t i = 0; i < n; ++i) at[i] = begin_s + static_cast<double>(i) / tachogram_hz;
  return welch(spline_interpolated(through.time_s, through.ms, at), tachogram_hz, n, 0);
}

struct ShortTerm {
  double length_s = 0;
  int windows = 0;
  Bands fft, lomb;
};

// Means over windows of 5 min of which at least 90 % is N-N intervals; a recording of 2 to 5 min is one window.
ShortTerm short_term(const NnSeries& series) {
  const double begin_s = series.time_s.front(), end_s = series.time_s.back();
  ShortTerm sum{std::min(hrv_window_s, std::floor(end_s - begin_s)), 0, {}, {}};
  const double length = sum.length_s;
  if (length < shortest_s) return sum;
  const auto add = [](Bands& to, const Bands& b) {
    to = {to.total + b.total, to.ulf + b.ulf, to.vlf + b.vlf, to.lf + b.lf, to.hf + b.hf};
  };
  for (double begin = begin_s; begin + length <= end_s; begin += length) {
    const auto [first, last] = within(series, begin, length);
    const std::span<const double> times = std::span(series.time_s).subspan(first, last - first),
                                  ms = std::span(series.ms).subspan(first, last - first);
    if (std::accumulate(ms.begin(), ms.end(), 0.0) < 900 * length) continue;
    add(sum.fft, bands(tachogram_spectrum(series, begin, length), false));
    add(sum.lomb, bands(lomb_spectrum(times, ms, 0.4), false));
    ++sum.windows;
  }
  for (Bands* b : {&sum.fft, &sum.lomb}) {
    for (double* power : {&b->total, &b->ulf, &b->vlf, &b->lf, &b->hf}) *power /= std::max(1, sum.windows);
  }
  return sum;
}

using ShortNames = std::array<std::string_view, 7>;

void add_short_term(const ShortNames& names, const Bands& b, double length_s, HrvCollector& out) {
  const double both = b.lf + b.hf;  // total power less VLF
  const auto ratio = [](double part, double of) { return of > 0 ? std::optional(part / of) : std::nullopt; };
  const std::string none = "there is no power above 0.04 Hz", slow = too_short(270, length_s);
  out.add(names[0], "ms2", slow.empty() ? std::optional(b.total) : std::nullopt, slow);
  out.add(names[1], "ms2", slow.empty() ? std::optional(b.vlf) : std::nullopt, slow);
  out.add(names[2], "ms2", b.lf);
  out.add(names[3], "ms2", b.hf);
  out.add(names[4], "%", ratio(100 * b.lf, both), none);
  out.add(names[5], "%", ratio(100 * b.hf, both), none);
  out.add(names[6], "1", ratio(b.lf, b.hf), none);
}

// A whole number of 5-min windows, so that the transform's length has small factors.
Bands day_bands(const NnSeries& series) {
  const double begin = series.time_s.front(), most = std::min(86'400.0, series.time_s.back() - begin);
  return bands(tachogram_spectrum(series, begin, std::floor(most / hrv_window_s) * hrv_window_s), true);
}

}  // namespace

void add_frequency_domain(const NnSeries& series, const Hrv& hrv, HrvCollector& out) {
  const std::string left_out = too_many_left_out(hrv, 0.1);
  out.obstacle({too_short(shortest_s, hrv.duration_s), left_out});
  const ShortTerm parts = out.clear() ? short_term(series) : ShortTerm{};
  if (out.clear() && parts.windows == 0) out.obstacle({"no window of 5 min has 90 % of N-N intervals"});
  constexpr ShortNames fft = {"short.total_power", "short.vlf",   "short.lf",   "short.hf",
                              "short.lf_nu",       "short.hf_nu", "short.lf_hf"};
  constexpr ShortNames lomb = {"lomb.total_power", "lomb.vlf",   "lomb.lf",   "lomb.hf",
                               "lomb.lf_nu",       "lomb.hf_nu", "lomb.lf_hf"};
  add_short_term(fft, parts.fft, parts.length_s, out);
  add_short_term(lomb, parts.lomb, parts.length_s, out);

  out.obstacle({too_short(18 * 3600, hrv.nn_s), left_out});
  const Bands day = out.clear() ? day_bands(series) : Bands{};
  out.add("day.total_power", "ms2", day.total);
  out.add("day.ulf", "ms2", day.ulf);
  out.add("day.vlf", "ms2", day.vlf);
  out.add("day.lf", "ms2", day.lf);
  out.add("day.hf", "ms2", day.hf);
}

}  // namespace galen::ecg
