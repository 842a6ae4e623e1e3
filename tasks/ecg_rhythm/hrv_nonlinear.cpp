#include <fmt/format.h>

#include <cmath>

#include "galen/base/threads.h"
#include "galen/prep/complexity.h"
#include "tasks/ecg_rhythm/hrv_parts.h"

namespace galen::ecg {
namespace {

constexpr std::size_t most_for_entropy = 200'000;  // a day and a half; the computing time is quadratic

// The spread of the plot of each interval against the one before it, across the line of identity and along it.
void add_poincare(const NnSeries& series, const Hrv& hrv, HrvCollector& out) {
  std::vector<double> across, along;
  for (std::size_t i = 1; i < series.size(); ++i) {
    if (!series.adjacent[i]) continue;
    across.push_back((series.ms[i] - series.ms[i - 1]) / std::sqrt(2.0));
    along.push_back((series.ms[i] + series.ms[i - 1]) / std::sqrt(2.0));
  }
  out.obstacle({too_few(30, across.size()), too_many_left_out(hrv, 0.2)});
  out.add("sd1", "ms", moments_of(across).deviation);
  out.add("sd2", "ms", moments_of(along).deviation);
}

}  // namespace

void add_nonlinear(const NnSeries& series, const Hrv& hrv, HrvCollector& out) {
  add_poincare(series, hrv, out);
  const std::size_t n = series.size();
  const double deviation = moments_of(series.ms).deviation, tolerance = deviation / 5;
  const std::string left_out = too_many_left_out(hrv, 0.1);
  const std::string constant = n > 0 && deviation < 1e-6 ? "the intervals are constant" : "";  // up to rounding
  const std::string too_many =
      n > most_for_entropy ? fmt::format("takes {} N-N intervals at most", most_for_entropy) : "";
  out.obstacle({too_few(100, n), left_out, constant, too_many});
  const std::string_view none = "no runs of intervals agree";
  // For a day's beats each takes a second, so they run in parallel.
  std::optional<double> entropies[2];
  if (out.clear()) {
    parallel_for(2, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        entropies[i] = i == 0 ? sample_entropy(series.ms, 2, tolerance) : approximate_entropy(series.ms, 2, tolerance);
      }
    });
  }
  out.add("sample_entropy", "1", entropies[0], none);
  out.add("approximate_entropy", "1", entropies[1], none);
  out.obstacle({too_few(64, n), left_out, constant});
  out.add("dfa_alpha1", "1", fluctuation_exponent(series.ms, 4, 16), "the fluctuations are 0 at a scale");
  out.obstacle({too_few(256, n), left_out, constant});
  out.add("dfa_alpha2", "1", fluctuation_exponent(series.ms, 16, 64), "the fluctuations are 0 at a scale");
}

}  // namespace galen::ecg
