#include "galen/prep/baseline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "galen/base/upper_median.h"
#include "galen/prep/finite_stretches.h"
#include "galen/prep/spectrum.h"

namespace galen {
namespace {

// Frequencies above this share of the rate are ignored: anti-aliasing filters cut off there.
constexpr double usable_share = 0.45;

std::span<const float> longest_stretch(std::span<const float> samples) {
  std::span<const float> longest;
  for_each_finite_stretch(samples, [&](std::size_t, std::span<const float> stretch) {
    if (stretch.size() > longest.size()) longest = stretch;
  });
  return longest;
}

double prominence(const Spectrum& spectrum, double line_hz) {
  double peak = 0;
  std::vector<double> beside;
  for (std::size_t i = 0; i < spectrum.density.size(); ++i) {
    const double distance = std::abs(static_cast<double>(i) * spectrum.step_hz - line_hz);
    if (distance <= 0.5) peak = std::max(peak, spectrum.density[i]);  // mains frequencies vary by tenths of a hertz
    if (distance >= 2 && distance <= 6) beside.push_back(spectrum.density[i]);
  }
  const double middle = upper_median(std::move(beside));
  return middle > 0 ? peak / middle : 0;
}

}  // namespace

BandByAverages baseline_removal(double cutoff_hz, double rate_hz) {
  return {{}, averages_for(cutoff_hz, rate_hz, 2, 1 - std::numbers::sqrt2 / 2)};
}

CausalFilter causal_baseline_removal(double cutoff_hz, double rate_hz) {
  return CausalFilter(butterworth_highpass(2, cutoff_hz, rate_hz));
}

std::optional<MainsHum> mains_hum(std::span<const float> samples, double rate_hz) {
  const std::span<const float> stretch = longest_stretch(samples);
  const std::size_t segment = static_cast<std::size_t>(std::lround(4 * rate_hz));
  if (segment == 0 || stretch.size() < 2 * segment) return std::nullopt;
  const Spectrum spectrum = welch(stretch, rate_hz, segment, segment / 2);
  std::optional<MainsHum> best;
  for (const double line_hz : {50.0, 60.0}) {
    if (line_hz >= usable_share * rate_hz) continue;
    const MainsHum hum{line_hz, prominence(spectrum, line_hz)};
    if (hum.prominence >= 10 && (!best || hum.prominence > best->prominence)) best = hum;
  }
  return best;
}

Sections mains_notches(double frequency_hz, double rate_hz) {
  Sections sections;
  for (double f = frequency_hz; f > 0 && f < usable_share * rate_hz; f += frequency_hz)
    sections.push_back(notch(f, 30, rate_hz).front());
  return sections;
}

}  // namespace galen
