#include "tasks/ecg_rhythm/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/error.h"
#include "galen/prep/ecg_leads.h"
#include "tasks/ecg_rhythm/reading.h"

namespace galen::ecg {
namespace {

double required_rate(double rate_hz) {
  require_rate(rate_hz);
  return rate_hz;
}

std::string text_of(const RhythmTracker::Change& change) {
  const RhythmCode& code = rhythm_code(change.code);
  std::string text(code.text);
  if (change.begins && (change.code == "pause" || change.code == "asystole")) {
    text += fmt::format(", {:.1f} s without a beat", change.value);
  } else if (change.begins && change.value > 0) {
    text += fmt::format(", {:.0f}/min", change.value);
  }
  text += ", not validated";
  return change.begins ? text : text + ", over";
}

}  // namespace

EcgSession::EcgSession(std::shared_ptr<const BeatNetworks> networks, const Settings& settings, double rate_hz,
                       const std::vector<Channel>& channels, std::shared_ptr<const ReferenceProfile> profile)
    : leads_(choose_leads(channels)),
      channels_(channels.size()),
      rate_hz_(required_rate(rate_hz)),
      adapts_(settings.adapt),
      stream_(std::move(networks), settings, rate_hz, leads_.size()),
      profile_(std::move(profile)) {}

std::vector<Event> EcgSession::push(std::span<const std::vector<float>> samples) {
  if (samples.size() != channels_) {
    throw Error("stream", fmt::format("gives {} channels", samples.size()), fmt::format("it began with {}", channels_));
  }
  std::vector<std::vector<float>> chosen;
  for (const std::size_t lead : leads_) {
    if (samples[lead].size() != samples.front().size()) throw Error("stream", "gives channels of different lengths");
    chosen.push_back(samples[lead]);
  }
  News news;
  stream_.push(chosen, news);
  return events_of(news);
}

std::vector<Event> EcgSession::gap(double seconds) {
  if (!(seconds >= 0 && seconds < 1e6)) throw usage_error("gap", fmt::format("is of {} seconds", seconds));
  const auto piece = static_cast<std::size_t>(rate_hz_);
  std::vector<std::vector<float>> missing(leads_.size(), std::vector<float>(piece, std::nanf("")));
  News news;
  for (auto left = static_cast<std::size_t>(std::llround(seconds * rate_hz_)); left > 0;) {
    const std::size_t count = std::min(piece, left);
    for (auto& lead : missing) lead.resize(count);
    stream_.push(missing, news);
    left -= count;
  }
  return events_of(news);
}

std::vector<Event> EcgSession::finish(Finding& finding) {
  News news;
  stream_.finish(news);
  std::vector<Event> events = events_of(news);
  state_counts(counts_, finding);
  if (adapts_) state_adaptation(counts_, finding);
  episodes_.state(stream_.received_seconds() - stream_.missing_seconds(), finding);
  warn_missing(stream_.missing_seconds(), stream_.received_seconds(), finding);
  warn_unlike(profile_, stream_.statistics(), finding);
  if (stream_.non_finite()) {
    finding.warnings.push_back(not_numbers());
  }
  return events;
}

std::vector<Event> EcgSession::events_of(const News& news) {
  episodes_.add(stream_.take_episodes());
  const double known = stream_.received_seconds();
  std::vector<Event> out;
  for (const NamedBeat& beat : news.beats) {
    counts_.add(beat);
    const std::string text = fmt::format("{}{}", letter_of(beat.beat), beat.adapted ? ", adapted to the patient" : "");
    out.push_back({static_cast<double>(beat.sample) / rate_hz_, known, "beat", text, "", beat.interval_seconds});
  }
  for (const auto& change : news.changes) {
    const RhythmCode& code = rhythm_code(change.code);
    out.push_back({change.at_seconds, known, change.code, text_of(change),
                   change.begins ? std::string(code.priority) : "", change.begins ? 1.0 : 0.0});
  }
  return out;
}

}  // namespace galen::ecg
