#include "tasks/ecg_rhythm/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/base/progress.h"
#include "galen/prep/ecg_leads.h"

namespace galen::ecg {
namespace {

constexpr double least_rate_hz = 90, most_rate_hz = 20000;
constexpr double piece_seconds = 300;  // long, so that threads that pass pieces on seldom wait for each other
constexpr double same_beat_seconds = 0.15;
constexpr std::int64_t flutter_margin_samples = 0;

std::vector<BeatToken> read_with(BeatReader reader, const Recording& recording) {
  std::vector<BeatToken> tokens;
  for_each_piece(recording.signal, recording.leads,
                 [&](std::span<const std::vector<float>> samples) { reader.push(samples, tokens); });
  reader.finish(tokens);
  return tokens;
}

std::vector<NamedBeat> named_by(BeatNamer& namer, std::vector<BeatToken> tokens) {
  std::vector<NamedBeat> out;
  namer.push(std::move(tokens), out);
  namer.finish(out);
  return out;
}

}  // namespace

void require_rate(double rate_hz) {
  if (rate_hz >= least_rate_hz && rate_hz <= most_rate_hz) return;
  throw Error("signal", fmt::format("has {} samples a second", rate_hz), "the shape of a beat cannot be told from that",
              fmt::format("give {} to {} samples a second", least_rate_hz, most_rate_hz));
}

Recording recording_of(const Case& one) {
  Recording out;
  out.signal = leads_of(one.signal("signal"));
  require_rate(out.signal.rate_hz);
  out.leads = choose_leads(out.signal.channels);
  if (one.inputs.contains("annotation")) {
    out.truth = truth_of(one.annotations("annotation"), out.signal.rate_hz, out.signal.length);
  }
  return out;
}

Recording annotated_recording_of(const Case& one) {
  Recording out = recording_of(one);
  if (out.truth.beats.empty()) {
    throw Error("case", "has no beats to be judged by", "the column 'annotation' is empty",
                "only cases of the split 'support' may do without");
  }
  return out;
}

void for_each_piece(const Signal& signal, const std::vector<std::size_t>& leads,
                    const std::function<void(std::span<const std::vector<float>>)>& push) {
  const std::int64_t piece = std::max<std::int64_t>(1, std::llround(piece_seconds * signal.rate_hz));
  for (std::int64_t begin = 0; begin < signal.length; begin += piece) {
    check_stop();
    push(read_leads(signal, leads, begin, std::min(piece, signal.length - begin)));
  }
}

std::vector<BeatToken> read_beats(const BeatPlan& plan, const Recording& recording) {
  return read_with(BeatReader(plan, recording.signal.rate_hz, recording.leads.size()), recording);
}

std::vector<BeatToken> read_beats(const BeatPlan& plan, const Recording& recording,
                                  const std::vector<TrueBeat>& beats) {
  std::vector<std::int64_t> places;
  for (const TrueBeat& beat : beats) places.push_back(beat.sample);
  return read_with(BeatReader(plan, recording.signal.rate_hz, recording.leads.size(), std::move(places)), recording);
}

std::vector<int> classes_of(const std::vector<BeatToken>& tokens, const Recording& recording) {
  std::vector<std::int64_t> places;
  std::vector<std::size_t> token_of;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].is_pause()) continue;
    places.push_back(tokens[i].sample);
    token_of.push_back(i);
  }
  std::vector<int> out(tokens.size(), -1);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const bool judged = !recording.truth.in_flutter(places[i], flutter_margin_samples);
    if (judged) out[token_of[i]] = static_cast<int>(Beat::none);
  }
  const auto partners = matched(recording.truth.beats, places, same_beat_seconds * recording.signal.rate_hz);
  for (std::size_t i = 0; i < partners.size(); ++i) {
    if (partners[i] < 0) continue;
    int& kind = out[token_of[static_cast<std::size_t>(partners[i])]];
    if (kind >= 0) kind = static_cast<int>(recording.truth.beats[i].beat);
  }
  return out;
}

std::vector<int> classes_at_reference(const std::vector<BeatToken>& tokens, const Recording& recording) {
  std::vector<int> out(tokens.size(), -1);
  std::size_t beat = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].is_pause()) out[i] = static_cast<int>(recording.truth.beats[beat++].beat);
  }
  return out;
}

std::vector<NamedBeat> named(std::vector<BeatToken> tokens, const std::shared_ptr<const BeatNetworks>& networks,
                             bool adapt) {
  BeatNamer namer(networks, adapt);
  return named_by(namer, std::move(tokens));
}

std::vector<NamedBeat> named_to_judge(std::vector<BeatToken> tokens,
                                      const std::shared_ptr<const BeatNetworks>& networks, bool adapt) {
  BeatNamer namer(networks, adapt);
  std::vector<NamedBeat> out = named_by(namer, std::move(tokens));
  if (namer.non_finite()) throw Error("signal", "leads to values that are not numbers");
  return out;
}

BeatCounts compare_at_reference(const Recording& recording, const std::shared_ptr<const BeatNetworks>& networks,
                                bool adapt) {
  BeatCounts out;
  const std::vector<TrueBeat>& beats = recording.truth.beats;
  const std::vector<NamedBeat> given = named_to_judge(read_beats(networks->plan, recording, beats), networks, adapt);
  for (std::size_t i = 0; i < given.size(); ++i) {
    // There is a beat here, so "none" is not an answer.
    ++out.at(beats[i].beat, likeliest(std::span(given[i].logits).first(beat_classes - 1)));
  }
  return out;
}

}  // namespace galen::ecg
