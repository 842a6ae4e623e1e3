#include "tasks/ecg_rhythm/beat_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/prep/ecg_leads.h"
#include "tasks/ecg_rhythm/beat_features.h"
#include "tasks/ecg_rhythm/reading.h"

namespace galen::ecg {
namespace {

constexpr double learn_seconds = 300, behind_seconds = 15, same_beat_seconds = 0.1;

struct Wave {
  const char* name;
  double begin, end;  // seconds from the R peak
};
constexpr Wave waves[] = {{"P wave", -0.3, -0.07}, {"QRS complex", -0.07, 0.12}, {"T wave", 0.12, 0.42}};

// A beat and its neighbours, as the network sees them.
struct Neighbourhood {
  std::vector<BeatToken> tokens;
  std::size_t middle = 0;
};

std::vector<BeatToken> read_about(const Signal& signal, const std::vector<std::size_t>& leads, double at_seconds,
                                  const BeatPlan& plan) {
  const auto sample = [&](double seconds) {
    return std::clamp(static_cast<std::int64_t>(seconds * signal.rate_hz), std::int64_t{0}, signal.length);
  };
  const std::int64_t begin = sample(at_seconds - learn_seconds), end = sample(at_seconds + behind_seconds);
  std::vector<BeatToken> tokens;
  BeatReader reader(plan, signal.rate_hz, leads.size());
  reader.push(read_leads(signal, leads, begin, end - begin), tokens);
  reader.finish(tokens);
  for (BeatToken& token : tokens) {
    if (token.is_pause()) continue;
    token.sample += begin;
    token.at_seconds = static_cast<double>(token.sample) / signal.rate_hz;
  }
  return tokens;
}

Neighbourhood neighbourhood_of(std::vector<BeatToken> tokens, double at_seconds, double rate_hz, const Band& reach) {
  const auto nearest = std::ranges::min_element(tokens, {}, [&](const BeatToken& token) {
    return token.is_pause() ? INFINITY : std::abs(static_cast<double>(token.sample) / rate_hz - at_seconds);
  });
  if (nearest == tokens.end() || nearest->is_pause()) return {};
  if (std::abs(static_cast<double>(nearest->sample) / rate_hz - at_seconds) > same_beat_seconds) return {};
  const auto before = std::min<std::ptrdiff_t>(nearest - tokens.begin(), reach.before);
  const auto after = std::min<std::ptrdiff_t>(tokens.end() - nearest - 1, reach.after);
  return {{nearest - before, nearest + after + 1}, static_cast<std::size_t>(before)};
}

double log_odds_of(const Neighbourhood& about, Beat beat, const std::shared_ptr<const BeatNetworks>& networks) {
  const std::int64_t sample = about.tokens[about.middle].sample;
  for (const NamedBeat& one : named(about.tokens, networks)) {
    if (one.sample == sample) return log_odds(one.logits, beat);
  }
  return std::nan("");
}

void make_usual(BeatToken& token, const Wave& wave, const BeatPlan& plan) {
  for (std::size_t i = 0; i < token.crop.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i) % plan.crop_samples - plan.crop_before;
    const double t = static_cast<double>(place) / plan.crop_rate_hz;
    if (t >= wave.begin && t < wave.end) token.crop[i] = token.usual[i];
  }
  compare_with_usual(token.crop, token.usual, plan, token.features);
}

// Makes usual the intervals around a beat, in its own and its neighbours' features, and those of other beats of its
// shape.
void make_timing_usual(Neighbourhood& about) {
  const auto usual = [&](std::size_t at, std::initializer_list<Feature> which) {
    if (at >= about.tokens.size() || about.tokens[at].is_pause()) return;
    for (const Feature feature : which) about.tokens[at].feature(feature) = 0;
  };
  usual(about.middle, {Feature::before, Feature::next, Feature::any_before, Feature::any_next, Feature::sudden,
                       Feature::onset, Feature::offset});
  usual(about.middle - 1, {Feature::next, Feature::any_next});
  usual(about.middle + 1, {Feature::before, Feature::any_before});
}

}  // namespace

BeatEvidence evidence_of(const Signal& signal, const std::vector<std::size_t>& leads, double at_seconds, Beat beat,
                         const std::shared_ptr<const BeatNetworks>& networks) {
  const BeatPlan& plan = networks->plan;
  const Neighbourhood about =
      neighbourhood_of(read_about(signal, leads, at_seconds, plan), at_seconds, signal.rate_hz, plan.reach());
  BeatEvidence out{beat, std::nan(""), {}};
  if (about.tokens.empty()) return out;
  out.log_odds = log_odds_of(about, beat, networks);
  const BeatToken& token = about.tokens[about.middle];
  for (const Wave& wave : waves) {
    Neighbourhood other = about;
    make_usual(other.tokens[about.middle], wave, plan);
    out.parts.push_back(
        {wave.name, at_seconds + wave.begin, at_seconds + wave.end, log_odds_of(other, beat, networks)});
  }
  Neighbourhood other = about;
  make_timing_usual(other);
  const bool has_before = about.middle > 0 && !about.tokens[about.middle - 1].is_pause();
  const double since =
      has_before ? static_cast<double>(token.sample - about.tokens[about.middle - 1].sample) / signal.rate_hz : 0;
  out.parts.push_back({"timing", at_seconds - since, at_seconds, log_odds_of(other, beat, networks)});
  std::ranges::stable_sort(out.parts, {}, &BeatPart::log_odds);
  return out;
}

std::string sentence_of(const BeatEvidence& evidence) {
  if (evidence.parts.empty()) return "classified, but what decided could not be determined";
  std::string out;
  for (const BeatPart& part : evidence.parts) {
    out += out.empty()
               ? fmt::format("decided by its {}: log-odds {:.1f}, against {:.1f} with the patient's usual one (",
                             part.name, evidence.log_odds, part.log_odds)
               : fmt::format("{}{} {:.1f}", out.ends_with('(') ? "" : ", ", part.name, part.log_odds);
  }
  return out + ")";
}

}  // namespace galen::ecg
