#include "tasks/ecg_rhythm/beat_reader.h"

#include <algorithm>
#include <cmath>

#include "tasks/ecg_rhythm/beat_features.h"

namespace galen::ecg {
namespace {

constexpr double given_seconds = 0.15;                              // a candidate this close is the given beat
constexpr std::ptrdiff_t flutter_intervals = 7, flutter_least = 3;  // how many of the last are short
constexpr double flutter_seconds = 0.34;                            // so short: 176 a minute
constexpr float strong_strength = 0.5f;                             // of the detector's level: unlikely to be a T wave
constexpr double t_wave_seconds = 0.36;                             // after a beat
constexpr float t_wave_strength = 0.7f;                             // of that beat's strength

}  // namespace

BeatReader::BeatReader(const BeatPlan& plan, double rate_hz, std::size_t leads)
    : plan_(plan), rate_hz_(rate_hz), detector_(rate_hz, leads), clean_(plan, rate_hz, leads), shapes_(plan) {}

BeatReader::BeatReader(const BeatPlan& plan, double rate_hz, std::size_t leads, std::vector<std::int64_t> beats)
    : BeatReader(plan, rate_hz, leads) {
  given_ = std::move(beats);
}

void BeatReader::push(std::span<const std::vector<float>> samples, std::vector<BeatToken>& out) {
  clean_.push(samples);
  received_ += std::ssize(samples.front());
  std::vector<Candidate> candidates;
  detector_.push(samples, candidates);
  admit(candidates, false);
  emit(false, out);
  clean_.forget_before(known_until());
}

void BeatReader::finish(std::vector<BeatToken>& out) {
  clean_.finish();
  std::vector<Candidate> candidates;
  detector_.finish(candidates);
  admit(candidates, true);
  emit(true, out);
}

// A given beat has the strength of the strongest candidate near it, or the least strength if there is none.
void BeatReader::admit(const std::vector<Candidate>& candidates, bool end) {
  if (!given_) {
    for (const Candidate& candidate : candidates) admit(candidate.sample, candidate.strength);
    return;
  }
  heard_.insert(heard_.end(), candidates.begin(), candidates.end());
  const std::int64_t near = std::llround(given_seconds * rate_hz_);
  for (; next_given_ < given_->size(); ++next_given_) {
    const std::int64_t beat = (*given_)[next_given_];
    if (!end && beat >= heard_until()) return;
    while (!heard_.empty() && heard_.front().sample < beat - near) heard_.pop_front();
    float strength = QrsDetector::least_strength;
    for (const Candidate& one : heard_) {
      if (one.sample <= beat + near) strength = std::max(strength, one.strength);
    }
    admit(beat, strength);
  }
}

// Given beats are all strong. A wave that is less steep than a strong one and follows it closely is its T wave (after
// Pan and Tompkins, IEEE TBME 32:230, 1985).
void BeatReader::admit(std::int64_t sample, float strength) {
  const bool close = admitted_strong_ >= 0 &&
                     static_cast<double>(sample - admitted_strong_) < t_wave_seconds * rate_hz_ &&
                     strength < t_wave_strength * admitted_strength_;
  const bool strong = given_ || (strength >= strong_strength && !close);
  if (strong) admitted_strong_ = sample, admitted_strength_ = strength;
  waiting_.push_back({sample, strength, strong});
}

// The R peak may lie before the candidate.
std::int64_t BeatReader::known_until() const {
  return (waiting_.empty() ? heard_until() : waiting_.front().sample) - clean_.peak_reach();
}

// Every candidate before this sample is or was in waiting_.
std::int64_t BeatReader::heard_until() const {
  return detector_.decided() - (given_ ? std::llround(given_seconds * rate_hz_) : 0);
}

// A token needs its own crop and the time to the next strong candidate, or three seconds without one. Where no
// candidate at all follows within three seconds, a pause does.
void BeatReader::emit(bool end, std::vector<BeatToken>& out) {
  const std::int64_t pause = std::llround(max_pause_seconds * rate_hz_);
  while (!waiting_.empty()) {
    const Found found = waiting_.front();
    const std::int64_t horizon = end ? found.sample + pause : heard_until();
    const auto strong = std::find_if(waiting_.begin() + 1, waiting_.end(), [](const Found& f) { return f.strong; });
    const bool known = strong != waiting_.end() || horizon - found.sample >= pause;
    if (!end && (!clean_.reaches_past(found.sample) || !known)) return;
    const auto samples_to = [&](bool there, std::int64_t sample) {
      return std::min((there ? sample : horizon) - found.sample, pause);
    };
    const bool has_next = waiting_.size() > 1;
    const std::int64_t next = samples_to(has_next, has_next ? waiting_[1].sample : 0);
    const std::int64_t next_strong =
        samples_to(strong != waiting_.end(), strong != waiting_.end() ? strong->sample : 0);
    waiting_.pop_front();
    out.push_back(token(found, seconds_at(next), seconds_at(next_strong)));
    if (next == pause) emit_pauses(out);  // compared in samples, as three seconds may not be a whole number of them
  }
}

void BeatReader::emit_pauses(std::vector<BeatToken>& out) const {
  for (std::int64_t i = 0; i < plan_.reach().after; ++i) out.push_back(pause_token(plan_));
}

double BeatReader::seconds_at(std::int64_t sample) const {
  return static_cast<double>(sample) / rate_hz_;
}

BeatToken BeatReader::token(const Found& found, double next_seconds, double next_strong_seconds) {
  BeatToken out;
  out.sample = clean_.peak_near(found.sample);
  out.at_seconds = seconds_at(out.sample);
  out.crop = clean_.crop_at(out.sample);
  const auto since = [&](std::int64_t then) {
    return then < 0 ? max_pause_seconds
                    : std::min(static_cast<double>(out.sample - then) / rate_hz_, max_pause_seconds);
  };
  const double before = since(last_), strong_before = since(last_strong_);
  if (found.strong && last_strong_ >= 0) {
    last_intervals_.push_back(strong_before);
    if (last_intervals_.size() > told_intervals) last_intervals_.pop_front();
    sudden_ = sudden_feature(onset_.follow(strong_before));
  }
  const bool flutters = is_fluttering(), teaches = found.strong && !flutters;
  if (flutters) usual_.forget_intervals();  // the rhythm after flutter may be another
  if (teaches && last_strong_ >= 0) usual_.learn_interval(strong_before, out.at_seconds);
  if (found.strong) last_strong_ = out.sample;
  last_ = out.sample;
  // The usual beat includes this one if it teaches; T waves and flutter do not.
  if (teaches || usual_.crop().empty()) usual_.learn_crop(out.crop, out.at_seconds);
  out.usual = usual_.crop();
  out.scale = usual_.scale();
  const std::vector<double> last(last_intervals_.begin(), last_intervals_.end());
  const double usual = usual_.interval_seconds();
  out.feature(Feature::is_beat) = 1;
  out.feature(Feature::strength) = log_ratio(found.strength, 1);
  out.feature(Feature::before) = log_ratio(strong_before, usual);
  out.feature(Feature::next) = log_ratio(next_strong_seconds, usual);
  out.feature(Feature::any_before) = log_ratio(before, usual);
  out.feature(Feature::any_next) = log_ratio(next_seconds, usual);
  out.feature(Feature::usual) = log_ratio(usual, usual_scale_seconds);
  out.feature(Feature::sudden) = sudden_;
  if (!last.empty()) tell_intervals(last, usual, out.features);
  compare_with_usual(out.crop, out.usual, plan_, out.features);
  std::vector<float> normalised(2 * out.crop.size());
  put_crops(out, plan_.crop_samples, normalised);
  normalised.resize(out.crop.size());
  shapes_.follow(normalised, out.features, teaches);
  return out;
}

// Whether some of the last intervals are as short as in ventricular flutter, shorter than in an adult's sinus rhythm.
// Flutter waves are not the patient's complexes, and not all of them are found.
bool BeatReader::is_fluttering() const {
  const auto last = last_intervals_.end() - std::min(std::ssize(last_intervals_), flutter_intervals);
  return std::count_if(last, last_intervals_.end(), [](double s) { return s < flutter_seconds; }) >= flutter_least;
}

}  // namespace galen::ecg
