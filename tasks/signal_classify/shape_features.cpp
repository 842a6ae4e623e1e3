// What the waves of an ECG lead look like, beat by beat and in stretches.
#include <algorithm>
#include <cmath>

#include "galen/metric/stats.h"
#include "galen/prep/signal_quality.h"
#include "tasks/signal_classify/features.h"

namespace galen::classify {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double unlike_below = 0.75, broad_above = 1.35;  // likeness, breadth of complexes in a run
constexpr double stretch_s = 3, stretch_step_s = 0.5, last_s = 12;

std::size_t index_of(double seconds) {
  return static_cast<std::size_t>(std::llround((seconds + usual_before_s) * analysis_rate_hz));
}

// Peak-to-peak swing of the usual beat between two times relative to the R peak, divided by its height.
double swing(const LeadBeats& lead, double from_s, double to_s) {
  const auto [low, high] = std::minmax_element(lead.usual.begin() + static_cast<std::ptrdiff_t>(index_of(from_s)),
                                               lead.usual.begin() + static_cast<std::ptrdiff_t>(index_of(to_s)));
  return (*high - *low) / lead.usual[index_of(0)];
}

// Variance of the mean window before the complex, divided by the mean variance: 1 if every beat has the same P wave,
// 1 / n for what is not tied to the beats.
double coherence_before(const LeadBeats& lead, double from_s, double to_s) {
  std::vector<double> sum;
  double variance = 0, count = 0;
  for (std::size_t beat = 1; beat < lead.at_seconds.size(); ++beat) {
    if (lead.at_seconds[beat] - lead.at_seconds[beat - 1] < 0.55) continue;
    const auto begin = std::llround((lead.at_seconds[beat] + from_s) * analysis_rate_hz);
    const auto length = std::llround((to_s - from_s) * analysis_rate_hz);
    if (begin < 0 || begin + length > std::ssize(lead.samples)) continue;
    std::vector<double> window(lead.samples.begin() + begin, lead.samples.begin() + begin + length);
    const double middle = mean(window);
    sum.resize(window.size());
    for (std::size_t i = 0; i < window.size(); ++i) {
      sum[i] += window[i] - middle;
      variance += (window[i] - middle) * (window[i] - middle);
    }
    ++count;
  }
  if (count < 4 || variance <= 0) return nan;
  double common = 0;
  for (const double v : sum) common += v * v / count;
  return common / variance;
}

// What remains when the usual beats are subtracted, relative to their height; and its share of fast changes.
struct Residue {
  double size = nan, roughness = nan;
};
Residue residue_of(const LeadBeats& lead) {
  if (lead.usual.empty()) return {};
  std::vector<float> rest = lead.samples;
  for (std::size_t beat = 0; beat < lead.at_seconds.size(); ++beat) {
    const auto peak = std::llround(lead.at_seconds[beat] * analysis_rate_hz);
    const double scale = lead.usual[index_of(0)] > 0 ? lead.height[beat] / lead.usual[index_of(0)] : 1;
    const double reach = beat + 1 < lead.at_seconds.size() ? lead.at_seconds[beat + 1] - lead.at_seconds[beat] : 1;
    for (std::size_t i = 0; i < lead.usual.size(); ++i) {
      const double at_s = static_cast<double>(i) / analysis_rate_hz - usual_before_s;
      const auto at = peak + std::llround(at_s * analysis_rate_hz);
      const double before = beat > 0 ? lead.at_seconds[beat] - lead.at_seconds[beat - 1] : 1;
      if (at < 0 || at >= std::ssize(rest) || at_s > reach - usual_before_s || -at_s > before - 0.1) continue;
      rest[static_cast<std::size_t>(at)] -= static_cast<float>(lead.usual[i] * scale);
    }
  }
  double sum = 0, steps = 0;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    sum += rest[i] * rest[i];
    steps += (rest[i] - rest[i - 1]) * (rest[i] - rest[i - 1]);
  }
  return {std::sqrt(sum / static_cast<double>(rest.size())) / lead.usual[index_of(0)], sum > 0 ? steps / sum : nan};
}

// Moments of a stretch: purity, 1 for a pure oscillation (Hjorth's complexity, inverted and squared; "spectral purity
// index", Goncharova and Barlow 1990), mean frequency in Hz, and kurtosis.
struct Oscillation {
  double purity = 0, frequency_hz = 0, kurtosis = 3, size = 0;
};
Oscillation oscillation_of(std::span<const float> x) {
  double zero = 0, one = 0, two = 0, four = 0, sum = 0;
  for (const float v : x) sum += v;
  const double middle = sum / static_cast<double>(x.size());
  for (std::size_t i = 2; i < x.size(); ++i) {
    const double v = x[i] - middle, d = x[i] - x[i - 1], dd = x[i] - 2 * x[i - 1] + x[i - 2];
    zero += v * v, one += d * d, two += dd * dd, four += v * v * v * v;
  }
  const auto n = static_cast<double>(x.size() - 2);
  if (zero <= 0 || two <= 0) return {};
  constexpr double two_pi = 6.283185307179586;
  return {one * one / (zero * two), std::sqrt(one / zero) * analysis_rate_hz / two_pi, n * four / (zero * zero),
          std::sqrt(zero / n)};
}

struct Run {
  double beats = 0, rate = nan, breadth = nan;
};

// The longest run of complexes that are unlike the usual one or broad, in the last seconds.
Run longest_run(const LeadBeats& lead, double usual_breadth) {
  Run best;
  const double begin_s = static_cast<double>(lead.samples.size()) / analysis_rate_hz - last_s;
  std::size_t first = 0;
  const auto close = [&](std::size_t end) {
    const auto beats = static_cast<double>(end - first);
    if (beats <= best.beats) return;
    const std::span<const double> breadths(lead.breadth.data() + first, end - first);
    const double seconds = lead.at_seconds[end - 1] - lead.at_seconds[first];
    best = {beats, beats > 1 ? 60 * (beats - 1) / seconds : nan, mean(breadths) / usual_breadth};
  };
  for (std::size_t i = 0; i < lead.at_seconds.size(); ++i) {
    const bool odd = lead.likeness[i] < unlike_below || lead.breadth[i] > broad_above * usual_breadth;
    if (odd && lead.at_seconds[i] >= begin_s) continue;
    if (i > first) close(i);
    first = i + 1;
  }
  if (lead.at_seconds.size() > first) close(lead.at_seconds.size());
  return best;
}

// Beats in the longest run at 100 a minute or more, in the last seconds; broad: of broad beats only.
double fast_run(const LeadBeats& lead, double usual_breadth, bool broad) {
  const double begin_s = static_cast<double>(lead.samples.size()) / analysis_rate_hz - last_s;
  double run = 0, best = 0;
  for (std::size_t i = 1; i < lead.at_seconds.size(); ++i) {
    const bool fast = lead.at_seconds[i] - lead.at_seconds[i - 1] < 0.6 && lead.at_seconds[i] >= begin_s;
    run = fast && (!broad || lead.breadth[i] > broad_above * usual_breadth) ? run + 1 : 0;
    best = std::max(best, run);
  }
  return best;
}

double share_below(const std::vector<double>& values, double limit) {
  if (values.empty()) return nan;
  return static_cast<double>(std::ranges::count_if(values, [&](double v) { return v < limit; })) /
         static_cast<double>(values.size());
}

}  // namespace

void add_shape(Features& out, const std::string& prefix, const LeadBeats& lead) {
  const bool usual = !lead.usual.empty() && lead.usual[index_of(0)] > 0;
  const auto of_usual = [&](double from_s, double to_s) { return usual ? swing(lead, from_s, to_s) : nan; };
  const double height = median(lead.height), breadth = median(lead.breadth);
  const Residue residue = usual ? residue_of(lead) : Residue{};
  const Oscillation usual_waves = lead.samples.size() > 10 ? oscillation_of(lead.samples) : Oscillation{};
  out.add(prefix + "likeness", median(lead.likeness));
  out.add(prefix + "likeness_low", quantile(lead.likeness, 0.1));
  out.add(prefix + "likeness_least", quantile(lead.likeness, 0));
  out.add(prefix + "unlike", share_below(lead.likeness, 0.8));
  out.add(prefix + "height", std::log(height));
  out.add(prefix + "height_spread", standard_deviation(lead.height) / height);
  out.add(prefix + "breadth", breadth);
  out.add(prefix + "breadth_spread", standard_deviation(lead.breadth) / breadth);
  out.add(prefix + "breadth_greatest", quantile(lead.breadth, 1) / breadth);
  out.add(prefix + "strength_low", quantile(lead.strength, 0.1));
  out.add(prefix + "p_wave", of_usual(-0.26, -0.07));
  out.add(prefix + "early_p_wave", of_usual(-0.34, -0.2));
  out.add(prefix + "s_wave", of_usual(0.0, 0.1));
  out.add(prefix + "t_wave", of_usual(0.14, 0.44));
  out.add(prefix + "p_coherence", coherence_before(lead, -0.26, -0.07));
  out.add(prefix + "t_coherence", coherence_before(lead, -0.5, -0.27));
  out.add(prefix + "residue", std::log(residue.size));
  out.add(prefix + "residue_roughness", std::log(residue.roughness));
  out.add(prefix + "kurtosis", std::log(usual_waves.kurtosis));
  out.add(prefix + "purity", usual_waves.purity);
  out.add(prefix + "inverted", lead.at_seconds.empty() ? nan : lead.inverted);
}

void add_runs(Features& out, const std::string& prefix, const LeadBeats& lead) {
  const double usual_breadth = quantile(lead.breadth, 0.15);  // low, as a run may fill most of the strip
  const Run run = lead.usual.empty() ? Run{} : longest_run(lead, usual_breadth);
  const auto length = static_cast<std::size_t>(stretch_s * analysis_rate_hz);
  const auto step = static_cast<std::size_t>(stretch_step_s * analysis_rate_hz);
  const auto from = static_cast<std::int64_t>(lead.samples.size()) - std::llround(last_s * analysis_rate_hz);
  std::vector<double> purity, kurtosis, size;
  double purest_hz = nan;
  for (std::size_t i = from > 0 ? static_cast<std::size_t>(from) : 0; i + length <= lead.samples.size(); i += step) {
    const Oscillation here = oscillation_of({lead.samples.data() + i, length});
    if (purity.empty() || here.purity > *std::ranges::max_element(purity)) purest_hz = here.frequency_hz;
    purity.push_back(here.purity);
    kurtosis.push_back(here.kurtosis);
    size.push_back(here.size);
  }
  out.add(prefix + "run", lead.usual.empty() ? nan : run.beats);
  out.add(prefix + "run_rate", run.beats >= 3 ? run.rate : lead.usual.empty() ? nan : 60);
  out.add(prefix + "run_breadth", run.beats >= 3 ? run.breadth : lead.usual.empty() ? nan : 1);
  out.add(prefix + "fast_run", lead.usual.empty() ? nan : fast_run(lead, usual_breadth, false));
  out.add(prefix + "fast_broad_run", lead.usual.empty() ? nan : fast_run(lead, usual_breadth, true));
  out.add(prefix + "purest", quantile(purity, 1));
  out.add(prefix + "purity_median", median(purity));
  out.add(prefix + "purest_hz", purest_hz);
  out.add(prefix + "kurtosis_least", std::log(quantile(kurtosis, 0)));
  out.add(prefix + "size_ratio", std::log(quantile(size, 1) / median(size)));
  out.add(prefix + "size_least", std::log(quantile(size, 0) / median(size)));
}

void add_quality(Features& out, const std::string& prefix, std::span<const float> samples, double rate_hz) {
  const bool there = !samples.empty();
  const SignalQuality all = there ? signal_quality(samples, rate_hz) : SignalQuality{};
  double worst = 1, worst_noise = nan;
  const auto window = static_cast<std::size_t>(4 * rate_hz);
  for (std::size_t i = 0; there && i + window <= samples.size(); i += window / 2) {
    const SignalQuality here = signal_quality(samples.subspan(i, window), rate_hz);
    worst = std::min(worst, here.index);
    worst_noise = std::fmax(worst_noise, here.noise_ratio.value_or(nan));
  }
  out.add(prefix + "quality", there ? all.index : nan);
  out.add(prefix + "quality_least", there ? worst : nan);
  out.add(prefix + "flat", there ? all.flat_share : nan);
  out.add(prefix + "clipped", there ? all.clipped_share : nan);
  out.add(prefix + "baseline", all.baseline_ratio.value_or(nan));
  out.add(prefix + "noise", std::log(0.001 + all.noise_ratio.value_or(nan)));
  out.add(prefix + "noise_most", std::log(0.001 + worst_noise));
}

}  // namespace galen::classify
