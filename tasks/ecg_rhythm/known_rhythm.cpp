#include "tasks/ecg_rhythm/known_rhythm.h"

#include <fmt/format.h>

#include <cmath>

#include "galen/base/error.h"

namespace galen::ecg {
namespace {

constexpr double strong = 0.7, weak = 0.5;                  // of the detector's level
constexpr float like = 0.9f, second_like = 0.7f;            // correlation with the usual complex
constexpr float broad = 0.6f, early = -0.6f;                // as Feature::breadth and Feature::before
constexpr double apart_seconds = 0.3, near_seconds = 0.45;  // from the beat before

}  // namespace

KnownRhythm known_rhythm(const std::string& name) {
  if (name == "normal") return KnownRhythm::normal;
  if (name == "atrial fibrillation") return KnownRhythm::fibrillation;
  throw Error("rhythm", fmt::format("'{}' teaches nothing of beats", name), {}, "'normal' or 'atrial fibrillation'");
}

std::vector<int> classes_by_rhythm(std::vector<BeatToken>& tokens, KnownRhythm rhythm, double rate_hz,
                                   std::size_t leads) {
  std::vector<int> out(tokens.size(), -1);
  double last = -near_seconds;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    BeatToken& token = tokens[i];
    if (token.is_pause()) continue;
    const double at = static_cast<double>(token.sample) / rate_hz;
    const double strength = std::exp(token.feature(Feature::strength) / 4);
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
  return out;
}

}  // namespace galen::ecg
