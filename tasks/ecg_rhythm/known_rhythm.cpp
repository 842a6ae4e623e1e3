#include "tasks/ecg_rhythm/known_rhythm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "galen/base/error.h"
#include "tasks/ecg_rhythm/beat_features.h"

namespace galen::ecg {
namespace {

constexpr double strong = 0.7, weak = 0.5;                  // of the detector's level
constexpr float like = 0.9f, second_like = 0.7f;            // correlation with the usual complex
constexpr float broad = 0.6f, early = -0.6f;                // as Feature::breadth and Feature::before
constexpr double apart_seconds = 0.3, near_seconds = 0.45;  // from the previous beat

// For runs of ventricular beats.
constexpr double fast_seconds = 0.6;    // greatest interval between its beats
constexpr double at_end_seconds = 10;   // its end is closer than this to the end of the recording
constexpr float unlike_below = 0.75f;   // correlation with the usual complex
constexpr float broader = 0.35f;        // as Feature::breadth
constexpr std::size_t least_beats = 4;  // one more than a run needs, so that a couplet and noise do not count as one
constexpr double least_unlike = 0.6;    // share of its beats

struct Heard {
  std::size_t token;
  double at_seconds;
  bool unlike;
};

// Relative to the detector's level.
double strength_of(BeatToken& token) {
  return std::exp(token.feature(Feature::strength) / log_scale);
}

// Candidates that are unlikely to be T waves.
std::vector<Heard> strong_ones(std::vector<BeatToken>& tokens, double rate_hz, std::size_t leads) {
  std::vector<Heard> out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    BeatToken& token = tokens[i];
    if (token.is_pause() || strength_of(token) < weak) continue;
    const bool differs = token.feature(Feature::likeness) < unlike_below || token.feature(Feature::breadth) > broader ||
                         (leads > 1 && token.feature(Feature::second_likeness) < unlike_below);
    out.push_back({i, static_cast<double>(token.sample) / rate_hz, differs});
  }
  return out;
}

// The longest run of ventricular beats near the end; empty: none.
std::span<const Heard> run_at_end(std::span<const Heard> heard) {
  std::span<const Heard> longest;
  const double end_seconds = heard.empty() ? 0 : heard.back().at_seconds;
  for (std::size_t begin = 0, end; begin < heard.size(); begin = end) {
    for (end = begin + 1; end < heard.size(); ++end) {
      if (heard[end].at_seconds - heard[end - 1].at_seconds > fast_seconds) break;
    }
    std::span<const Heard> run = heard.subspan(begin, end - begin);
    while (!run.empty() && !run.front().unlike) run = run.subspan(1);
    while (!run.empty() && !run.back().unlike) run = run.first(run.size() - 1);
    if (run.size() < std::max(least_beats, longest.size() + 1)) continue;
    const auto differing = static_cast<double>(std::ranges::count(run, true, &Heard::unlike));
    const bool near_end = end_seconds - run.back().at_seconds < at_end_seconds;
    if (near_end && differing >= least_unlike * static_cast<double>(run.size())) longest = run;
  }
  return longest;
}

}  // namespace

KnownRhythm known_rhythm(const std::string& name) {
  if (name == "normal") return KnownRhythm::normal;
  if (name == "atrial fibrillation") return KnownRhythm::fibrillation;
  if (name == "ventricular tachycardia") return KnownRhythm::ventricular_tachycardia;
  throw Error("rhythm", fmt::format("'{}' teaches nothing of beats", name), {},
              "'normal', 'atrial fibrillation' or 'ventricular tachycardia'");
}

std::vector<int> classes_by_rhythm(std::vector<BeatToken>& tokens, KnownRhythm rhythm, double rate_hz,
                                   std::size_t leads) {
  std::vector<int> out(tokens.size(), -1);
  std::vector<Heard> heard;
  std::span<const Heard> run;
  if (rhythm == KnownRhythm::ventricular_tachycardia) {
    heard = strong_ones(tokens, rate_hz, leads);
    run = run_at_end(heard);
    if (run.empty()) return out;
  }
  double last = -near_seconds;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    BeatToken& token = tokens[i];
    if (token.is_pause()) continue;
    const double at = static_cast<double>(token.sample) / rate_hz;
    const double strength = strength_of(token);
    const bool usual = token.feature(Feature::likeness) > like && std::abs(token.feature(Feature::breadth)) < broad &&
                       (leads < 2 || token.feature(Feature::second_likeness) > second_like);
    const bool on_time = rhythm == KnownRhythm::fibrillation ||
                         (token.feature(Feature::before) >= early && token.feature(Feature::next) > early);
    if (strength > strong && usual && on_time && at - last > apart_seconds) {
      out[i] = static_cast<int>(Beat::normal);
      last = at;
    } else if (strength < weak && at - last < near_seconds) {
      out[i] = static_cast<int>(Beat::none);
    }
  }
  if (run.empty()) return out;
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(run.front().token),
            out.begin() + static_cast<std::ptrdiff_t>(run.back().token) + 1, -1);
  for (const Heard& beat : run) out[beat.token] = static_cast<int>(Beat::ventricular);
  return out;
}

}  // namespace galen::ecg
