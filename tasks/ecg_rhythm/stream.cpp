#include "tasks/ecg_rhythm/stream.h"

#include <algorithm>
#include <cmath>

namespace galen::ecg {
namespace {

constexpr double gap_seconds = 1;

}  // namespace

EcgStream::EcgStream(std::shared_ptr<const BeatNetworks> networks, const RhythmRules& rules, double rate_hz,
                     std::size_t leads)
    : rate_hz_(rate_hz), reader_(networks->plan, rate_hz, leads), namer_(networks), tracker_(rules) {}

void EcgStream::push(std::span<const std::vector<float>> samples, News& news) {
  note_missing(samples);
  std::vector<BeatToken> tokens;
  reader_.push(samples, tokens);
  std::vector<NamedBeat> beats;
  namer_.push(std::move(tokens), beats);
  tell(std::move(beats), news);
  // Up to here every candidate has its name.
  const std::int64_t known = std::min(reader_.known_until(), namer_.known_until());
  pass_gaps(known, news);
  tracker_.silence(seconds(known), news.changes);
}

void EcgStream::finish(News& news) {
  std::vector<BeatToken> tokens;
  reader_.finish(tokens);
  std::vector<NamedBeat> beats;
  namer_.push(std::move(tokens), beats);
  namer_.finish(beats);
  tell(std::move(beats), news);
  pass_gaps(reader_.received(), news);
  tracker_.finish(received_seconds(), news.changes);
}

void EcgStream::note_missing(std::span<const std::vector<float>> samples) {
  const auto least = static_cast<std::int64_t>(gap_seconds * rate_hz_);
  for (std::size_t i = 0; i < samples.front().size(); ++i) {
    const bool there = std::ranges::any_of(samples, [&](const auto& lead) { return std::isfinite(lead[i]); });
    const std::int64_t at = reader_.received() + static_cast<std::int64_t>(i);
    missing_run_ = there ? 0 : missing_run_ + 1;
    missing_ += !there;
    if (missing_run_ == least) gaps_.push_back({at + 1 - least, at + 1});
    if (missing_run_ > least) gaps_.back().end = at + 1;
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
    tracker_.beat({seconds(beat.sample), beat.beat}, news.changes);
    news.beats.push_back(beat);
  }
}

// A gap is passed when it is over: until then it may grow.
void EcgStream::pass_gaps(std::int64_t until, News& news) {
  while (!gaps_.empty() && gaps_.front().begin < until) {
    const Stretch& gap = gaps_.front();
    last_beat_ = -1;
    tracker_.gap(seconds(gap.begin), seconds(std::min(gap.end, until)), news.changes);
    if (gap.end > until) {
      gaps_.front().begin = until;
      return;
    }
    gaps_.pop_front();
  }
}

}  // namespace galen::ecg
