#include "tasks/ecg_rhythm/stream.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace galen::ecg {
namespace {

constexpr double gap_seconds = 1;

}  // namespace

EcgStream::EcgStream(std::shared_ptr<const BeatNetworks> networks, const Settings& settings, double rate_hz,
                     std::size_t leads)
    : rate_hz_(rate_hz),
      reader_(networks->plan, rate_hz, leads),
      fibrillation_(settings.rules, rate_hz, leads),
      statistics_(networks->plan),
      namer_(std::move(networks), settings.adapt),
      tracker_(settings.rules) {}

std::int64_t EcgStream::least_gap() const {
  return static_cast<std::int64_t>(gap_seconds * rate_hz_);
}

EcgStream::Heard EcgStream::hear(std::span<const std::vector<float>> samples) {
  Heard heard;
  note_missing(samples, heard);
  reader_.push(samples, heard.tokens);
  fibrillation_.push(reader_.clean(), heard.fibrillation);
  heard.fibrillation_episodes = fibrillation_.take_episodes();
  for (const BeatToken& token : heard.tokens) statistics_.add(token);
  heard.received = reader_.received();
  // Missing samples may become a gap; until that is clear they do not count as known.
  const std::int64_t open_run = missing_run_ < least_gap() ? missing_run_ : 0;
  heard.known_until = std::min(reader_.known_until(), heard.received - open_run);
  return heard;
}

EcgStream::Heard EcgStream::hear_end() {
  Heard heard;
  reader_.finish(heard.tokens);
  fibrillation_.push(reader_.clean(), heard.fibrillation);
  fibrillation_.finish(seconds(reader_.received()), heard.fibrillation);
  heard.fibrillation_episodes = fibrillation_.take_episodes();
  for (const BeatToken& token : heard.tokens) statistics_.add(token);
  heard.received = heard.known_until = reader_.received();
  heard.end = true;
  return heard;
}

void EcgStream::follow(Heard heard, News& news) {
  received_ = heard.received;
  for (const auto& [begin, end] : heard.gaps) {
    missing_ += end - begin;
    if (!gaps_.empty() && gaps_.back().second == begin) {
      gaps_.back().second = end;
    } else {
      gaps_.emplace_back(begin, end);
    }
  }
  for (const VentricularFibrillation::Decision& decision : heard.fibrillation) {
    news.changes.push_back(decision.change);
    decisions_.push_back(decision);
  }
  std::vector<NamedBeat> beats;
  namer_.push(std::move(heard.tokens), beats);
  if (heard.end) namer_.finish(beats);
  tell(std::move(beats), news);
  // Every candidate before this sample has its name.
  const std::int64_t known = std::min(heard.known_until, namer_.known_until());
  pass_gaps(known, news);
  pass_fibrillation(seconds(known), news);
  heard.end ? tracker_.finish(received_seconds(), news.changes) : tracker_.silence(seconds(known), news.changes);
  std::ranges::move(heard.fibrillation_episodes, std::back_inserter(episodes_));
  std::ranges::move(tracker_.take_episodes(), std::back_inserter(episodes_));
  if (heard.end) std::ranges::stable_sort(episodes_, {}, &Episode::begin_seconds);
}

// Where a gap lasts over several pushes, each adds what is new.
void EcgStream::note_missing(std::span<const std::vector<float>> samples, Heard& heard) {
  const std::int64_t least = least_gap();
  for (std::size_t i = 0; i < samples.front().size(); ++i) {
    const bool there = std::ranges::any_of(samples, [&](const auto& lead) { return std::isfinite(lead[i]); });
    missing_run_ = there ? 0 : missing_run_ + 1;
    if (missing_run_ < least) continue;
    const std::int64_t end = reader_.received() + static_cast<std::int64_t>(i) + 1;
    const std::int64_t begin = std::max(end - missing_run_, missing_until_);
    if (!heard.gaps.empty() && heard.gaps.back().second == begin) {
      heard.gaps.back().second = end;
    } else {
      heard.gaps.emplace_back(begin, end);
    }
    missing_until_ = end;
  }
}

void EcgStream::tell(std::vector<NamedBeat> beats, News& news) {
  for (NamedBeat& beat : beats) {
    pass_gaps(beat.sample, news);
    if (beat.beat == Beat::none) {
      ++rejected_;
      continue;
    }
    if (last_beat_ >= 0) beat.interval_seconds = static_cast<float>(seconds(beat.sample - last_beat_));
    last_beat_ = beat.sample;
    pass_fibrillation(seconds(beat.sample), news);
    beat.wave = tracker_.suspended();
    tracker_.beat({seconds(beat.sample), beat.beat}, news.changes);
    news.beats.push_back(beat);
  }
}

// Tells the tracker of gaps up to this sample; a gap that reaches further stays in the queue, as it may still grow.
void EcgStream::pass_gaps(std::int64_t until, News& news) {
  while (!gaps_.empty() && gaps_.front().first < until) {
    const auto [begin, end] = gaps_.front();
    pass_fibrillation(seconds(begin), news);  // earlier decisions come first
    last_beat_ = -1;
    tracker_.gap(seconds(begin), seconds(std::min(end, until)), news.changes);
    if (end > until) {
      gaps_.front().first = until;
      return;
    }
    gaps_.pop_front();
  }
}

// All beats before this time must have been passed to the tracker.
void EcgStream::pass_fibrillation(double until_seconds, News& news) {
  for (; !decisions_.empty() && decisions_.front().decided_seconds <= until_seconds; decisions_.pop_front()) {
    const auto& [change, at] = decisions_.front();
    change.begins ? tracker_.suspend(at, news.changes) : tracker_.resume(at);
  }
}

}  // namespace galen::ecg
