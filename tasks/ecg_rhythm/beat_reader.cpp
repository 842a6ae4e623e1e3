#include "tasks/ecg_rhythm/beat_reader.h"

#include <algorithm>
#include <cmath>

#include "galen/base/upper_median.h"
#include "tasks/ecg_rhythm/rhythm.h"

namespace galen::ecg {
namespace {

constexpr double crop_high_hz = 30;       // of what is left in a crop
constexpr double baseline_seconds = 0.6;  // what is slower goes
constexpr double peak_seconds = 0.06;     // the R peak lies so close to the greatest energy
constexpr double qrs_seconds = 0.1;       // of the complex, about its peak
constexpr double given_seconds = 0.15;    // a candidate this near is the beat that was given
// What is kept of the last five minutes or so: all in the beginning, then one in so many seconds, so that a minute of
// fast beats counts little more than a minute.
constexpr std::size_t usual_crops = 61, usual_intervals = 121;
constexpr double crop_every_seconds = 5, interval_every_seconds = 2.5;
constexpr std::size_t pace_intervals = 15;  // the last, of which pace and unevenness are told
constexpr double usual_seconds = 0.8;       // before anything is known
constexpr std::int64_t learn_every = 20;    // beats; oftener in the beginning
constexpr float strong_strength = 0.5f;     // of the detector's level: hardly a T wave
constexpr double t_wave_seconds = 0.36;     // behind a beat
constexpr float t_wave_strength = 0.7f;     // beside that beat's
constexpr float largest = 8;                // of a normalised sample

// Times four: a tenth more or less matters.
float log_ratio(double a, double b) {
  return static_cast<float>(std::clamp(4 * std::log(std::max(a, 1e-6) / std::max(b, 1e-6)), -6.0, 6.0));
}

// Pearson's correlation; 0 for a constant.
float correlation(std::span<const float> x, std::span<const float> y) {
  double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = x[i], b = y[i];
    sx += a, sy += b, sxx += a * a, syy += b * b, sxy += a * b;
  }
  const auto n = static_cast<double>(x.size());
  const double vx = sxx - sx * sx / n, vy = syy - sy * sy / n;
  return vx > 1e-12 && vy > 1e-12 ? static_cast<float>((sxy - sx * sy / n) / std::sqrt(vx * vy)) : 0;
}

// How broad a complex is: its area over its height, in samples.
double width_of(std::span<const float> qrs) {
  double area = 0, height = 1e-6;
  for (const float v : qrs) area += std::abs(v), height = std::max<double>(height, std::abs(v));
  return area / height;
}

BandByAverages crop_filter(double rate_hz) {
  const Averages high_cut = rate_hz > 4 * crop_high_hz ? averages_for(crop_high_hz, rate_hz, 2) : Averages{};
  return {high_cut, {2 * static_cast<int>(std::lround(baseline_seconds * rate_hz / 2)) + 1, 2}};
}

template <class T>
void keep_last(std::deque<T>& values, T value, std::size_t count) {
  values.push_back(std::move(value));
  if (values.size() > count) values.pop_front();
}

// Once there are `count`, the first behind each tick of a clock: a fixed wait would fall into step with bigeminy.
template <class T>
void keep_some(BeatReader::Kept<T>& kept, T value, double at_seconds, std::size_t count, double every_seconds) {
  const bool filled = kept.values.size() == count;
  if (filled && at_seconds < kept.next_seconds) return;
  keep_last(kept.values, std::move(value), count);
  kept.next_seconds = std::max(filled ? kept.next_seconds + every_seconds : 0, at_seconds);
}

// Medians, sample by sample and of the heights.
BeatReader::Usual usual_of(const std::deque<std::vector<float>>& crops) {
  const std::size_t size = crops.front().size(), length = size / lead_count;
  std::vector<float> table, heights;
  table.reserve(crops.size() * size);
  for (const std::vector<float>& crop : crops) {
    table.insert(table.end(), crop.begin(), crop.end());
    for (std::size_t lead = 0; lead < lead_count; ++lead) {
      const auto [low, high] = std::ranges::minmax(std::span(crop).subspan(lead * length, length));
      heights.push_back(high - low);
    }
  }
  BeatReader::Usual out{upper_medians(table, size), {}};
  std::ranges::copy(upper_medians(heights, lead_count), out.scale.begin());
  return out;
}

}  // namespace

void tell_intervals(std::span<const double> last_seconds, double usual_seconds, std::span<float> features) {
  const auto set = [&](Feature which, float value) { features[static_cast<std::size_t>(which)] = value; };
  const auto pace = last_seconds.last(std::min(last_seconds.size(), pace_intervals));
  double uneven = 0;
  for (std::size_t i = 1; i < pace.size(); ++i) uneven += std::abs(pace[i] - pace[i - 1]);
  uneven /= static_cast<double>(pace.size()) * usual_seconds;
  set(Feature::pace, log_ratio(upper_median(std::vector<double>(pace.begin(), pace.end())), usual_seconds));
  set(Feature::uneven, static_cast<float>(4 * std::min(uneven, 1.0)));
  const double entropy = coefficient_of_sample_entropy(last_seconds);
  set(Feature::disorder,
      std::isnan(entropy) ? 0 : static_cast<float>(std::clamp(entropy - RhythmRules{}.afib_entropy, -2.0, 2.0)));
}

void compare_with_usual(std::span<const float> crop, std::span<const float> usual, const BeatPlan& plan,
                        std::span<float> features) {
  const auto length = static_cast<std::size_t>(plan.crop_samples);
  const auto reach = static_cast<std::size_t>(std::llround(qrs_seconds * plan.crop_rate_hz));
  const auto peak = static_cast<std::size_t>(plan.crop_before);
  const std::size_t begin = peak - std::min(peak, reach), end = std::min(peak + reach + 1, length);
  const auto set = [&](Feature which, float value) { features[static_cast<std::size_t>(which)] = value; };
  for (std::size_t lead = 0; lead < lead_count; ++lead) {
    const auto qrs = crop.subspan(lead * length + begin, end - begin);
    const auto other = usual.subspan(lead * length + begin, end - begin);
    const auto [low, high] = std::ranges::minmax(qrs);
    const auto [other_low, other_high] = std::ranges::minmax(other);
    const float height = other_high > other_low ? log_ratio(high - low, other_high - other_low) / 2 : 0;
    set(lead == 0 ? Feature::likeness : Feature::second_likeness, correlation(qrs, other));
    set(lead == 0 ? Feature::height : Feature::second_height, height);
    if (lead == 0) set(Feature::breadth, log_ratio(width_of(qrs), width_of(other)) / 2);
  }
}

BeatToken pause_token(const BeatPlan& plan) {
  BeatToken pause;
  pause.crop.resize(lead_count * static_cast<std::size_t>(plan.crop_samples));
  pause.usual = pause.crop;
  return pause;
}

bool is_fibrillating(const BeatToken& token) {
  return token.features[static_cast<std::size_t>(Feature::disorder)] > 0;
}

BeatReader::BeatReader(const BeatPlan& plan, double rate_hz, std::size_t leads)
    : plan_(plan),
      rate_hz_(rate_hz),
      detector_(rate_hz, leads),
      filters_(leads, crop_filter(rate_hz)),
      filter_delay_(filters_.front().delay()),
      clean_(leads),
      clean_begin_(-filter_delay_),
      shapes_(plan) {}

BeatReader::BeatReader(const BeatPlan& plan, double rate_hz, std::size_t leads, std::vector<std::int64_t> beats)
    : BeatReader(plan, rate_hz, leads) {
  given_ = std::move(beats);
}

void BeatReader::push(std::span<const std::vector<float>> samples, std::vector<BeatToken>& out) {
  const std::size_t count = samples.front().size();
  for (std::size_t lead = 0; lead < clean_.size(); ++lead) {
    std::vector<float>& clean = clean_[lead];
    const std::size_t old = clean.size();
    clean.resize(old + count);
    filters_[lead].process(samples[lead], std::span(clean).subspan(old));
  }
  received_ += static_cast<std::int64_t>(count);
  std::vector<Candidate> candidates;
  detector_.push(samples, candidates);
  admit(candidates, false);
  emit(false, out);
  forget();
}

void BeatReader::finish(std::vector<BeatToken>& out) {
  const auto tail = static_cast<std::size_t>(filter_delay_ + std::llround(rate_hz_));
  for (std::size_t lead = 0; lead < clean_.size(); ++lead) {
    std::vector<float> rest(tail, std::nanf(""));
    filters_[lead].process(rest, rest);
    clean_[lead].insert(clean_[lead].end(), rest.begin(), rest.end());
  }
  std::vector<Candidate> candidates;
  detector_.finish(candidates);
  admit(candidates, true);
  emit(true, out);
}

// The strength of a beat that was given is that of the strongest candidate there; without one, the least.
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

// Where beats are given, all of them are strong. A wave that is less steep and close behind one that is strong is its T
// wave (after Pan and Tompkins, IEEE TBME 32:230, 1985).
void BeatReader::admit(std::int64_t sample, float strength) {
  const bool close = admitted_strong_ >= 0 &&
                     static_cast<double>(sample - admitted_strong_) < t_wave_seconds * rate_hz_ &&
                     strength < t_wave_strength * admitted_strength_;
  const bool strong = given_ || (strength >= strong_strength && !close);
  if (strong) admitted_strong_ = sample, admitted_strength_ = strength;
  waiting_.push_back({sample, strength, strong});
}

std::int64_t BeatReader::known_until() const {
  return waiting_.empty() ? heard_until() : waiting_.front().sample;
}

// Every candidate before this is in waiting_, or was.
std::int64_t BeatReader::heard_until() const {
  return detector_.decided() - (given_ ? std::llround(given_seconds * rate_hz_) : 0);
}

// A token needs its own crop and the time to the next strong candidate, or three seconds without one; where there is
// none at all there is a pause.
void BeatReader::emit(bool end, std::vector<BeatToken>& out) {
  const std::int64_t clean_end = clean_begin_ + std::ssize(clean_.front());
  const auto after = static_cast<std::int64_t>(static_cast<double>(plan_.crop_samples - plan_.crop_before) /
                                                   plan_.crop_rate_hz * rate_hz_ +
                                               2 + peak_seconds * rate_hz_);
  const std::int64_t pause = std::llround(max_pause_seconds * rate_hz_);
  while (!waiting_.empty()) {
    const Found found = waiting_.front();
    const std::int64_t horizon = end ? found.sample + pause : heard_until();
    const auto strong = std::find_if(waiting_.begin() + 1, waiting_.end(), [](const Found& f) { return f.strong; });
    const bool known = strong != waiting_.end() || horizon - found.sample >= pause;
    if (!end && (found.sample + after >= clean_end || !known)) return;
    const auto seconds_to = [&](bool there, std::int64_t sample) {
      return static_cast<double>(std::min((there ? sample : horizon) - found.sample, pause)) / rate_hz_;
    };
    const bool has_next = waiting_.size() > 1;
    const double next = seconds_to(has_next, has_next ? waiting_[1].sample : 0);
    const double next_strong = seconds_to(strong != waiting_.end(), strong != waiting_.end() ? strong->sample : 0);
    waiting_.pop_front();
    out.push_back(token(found, next, next_strong));
    if (next >= max_pause_seconds) emit_pauses(out);
  }
}

void BeatReader::emit_pauses(std::vector<BeatToken>& out) const {
  for (std::int64_t i = 0; i < plan_.reach().after; ++i) out.push_back(pause_token(plan_));
}

std::int64_t BeatReader::peak_near(std::int64_t sample) const {
  const std::int64_t reach = std::llround(peak_seconds * rate_hz_);
  std::int64_t best = sample;
  float greatest = -1;
  for (std::int64_t at = sample - reach; at <= sample + reach; ++at) {
    const std::int64_t i = at - clean_begin_;
    if (i < 0 || i >= std::ssize(clean_.front())) continue;
    float sum = 0;
    for (const auto& clean : clean_) {
      const float v = clean[static_cast<std::size_t>(i)];
      if (std::isfinite(v)) sum += std::abs(v);
    }
    if (sum > greatest) greatest = sum, best = at;
  }
  return best;
}

double BeatReader::seconds_at(std::int64_t sample) const {
  return static_cast<double>(sample) / rate_hz_;
}

float BeatReader::clean_at(std::size_t lead, double sample) const {
  const double place = sample - static_cast<double>(clean_begin_);
  const auto i = static_cast<std::int64_t>(std::floor(place));
  if (i < 0 || i + 1 >= std::ssize(clean_[lead])) return 0;
  const auto at = static_cast<std::size_t>(i);
  const auto part = static_cast<float>(place - std::floor(place));
  const float v = clean_[lead][at] + part * (clean_[lead][at + 1] - clean_[lead][at]);
  return std::isfinite(v) ? v : 0;
}

std::vector<float> BeatReader::crop_at(std::int64_t sample) const {
  std::vector<float> crop(lead_count * static_cast<std::size_t>(plan_.crop_samples));
  const double step = rate_hz_ / plan_.crop_rate_hz;
  for (std::size_t lead = 0; lead < clean_.size(); ++lead) {
    for (std::int64_t i = 0; i < plan_.crop_samples; ++i) {
      const double at = static_cast<double>(sample) + static_cast<double>(i - plan_.crop_before) * step;
      crop[lead * static_cast<std::size_t>(plan_.crop_samples) + static_cast<std::size_t>(i)] = clean_at(lead, at);
    }
  }
  return crop;
}

BeatToken BeatReader::token(const Found& found, double next_seconds, double next_strong_seconds) {
  BeatToken out;
  out.sample = peak_near(found.sample);
  out.at_seconds = seconds_at(out.sample);
  out.crop = crop_at(out.sample);
  learn(out, found.strong);
  out.usual = usual_.crop;
  out.scale = usual_.scale;
  const auto since = [&](std::int64_t then) {
    return then < 0 ? max_pause_seconds
                    : std::min(static_cast<double>(out.sample - then) / rate_hz_, max_pause_seconds);
  };
  const double before = since(last_), strong_before = since(last_strong_);
  if (found.strong) {
    if (last_strong_ >= 0) {
      keep_some(intervals_, strong_before, out.at_seconds, usual_intervals, interval_every_seconds);
      keep_last(last_intervals_, strong_before, told_intervals);
    }
    last_strong_ = out.sample;
  }
  last_ = out.sample;
  const std::vector<double> slow(intervals_.values.begin(), intervals_.values.end());
  const std::vector<double> fast(last_intervals_.begin(), last_intervals_.end());
  const double usual = slow.empty() ? usual_seconds : upper_median(slow);
  out.feature(Feature::is_beat) = 1;
  out.feature(Feature::strength) = log_ratio(found.strength, 1);
  out.feature(Feature::before) = log_ratio(strong_before, usual);
  out.feature(Feature::next) = log_ratio(next_strong_seconds, usual);
  out.feature(Feature::any_before) = log_ratio(before, usual);
  out.feature(Feature::any_next) = log_ratio(next_seconds, usual);
  out.feature(Feature::usual) = log_ratio(usual, usual_seconds);
  if (!fast.empty()) tell_intervals(fast, usual, out.features);
  compare_with_usual(out.crop, out.usual, plan_, out.features);
  std::vector<float> normalised(2 * out.crop.size());
  put_crops(out, plan_.crop_samples, normalised);
  normalised.resize(out.crop.size());
  shapes_.follow(normalised, out.features, found.strong);
  return out;
}

// The patient's usual beat and scale, this one included if it teaches: a T wave does not. Minutes are remembered, so
// that a run of ventricular beats does not become what is usual.
void BeatReader::learn(const BeatToken& token, bool teaches) {
  if (!teaches && !crops_.values.empty()) return;
  keep_some(crops_, token.crop, token.at_seconds, usual_crops, crop_every_seconds);
  if (learned_ == next_learned_) {
    usual_ = usual_of(crops_.values);
    next_learned_ += std::clamp(learned_ / 2, std::int64_t{1}, learn_every);
  }
  ++learned_;
}

// Keeps what candidates to come may need.
void BeatReader::forget() {
  const std::int64_t oldest = waiting_.empty() ? heard_until() : waiting_.front().sample;
  const std::int64_t keep_from = oldest - std::llround(2 * rate_hz_);
  const std::int64_t drop = keep_from - clean_begin_;
  if (drop < std::llround(20 * rate_hz_)) return;
  for (auto& clean : clean_) clean.erase(clean.begin(), clean.begin() + drop);
  clean_begin_ += drop;
}

void put_crops(const BeatToken& token, std::int64_t crop_samples, std::span<float> out) {
  const auto length = static_cast<std::size_t>(crop_samples);
  for (std::size_t lead = 0; lead < lead_count; ++lead) {
    const float factor = token.scale[lead] > 0 ? 1 / token.scale[lead] : 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t at = lead * length + i;
      out[at] = std::clamp(token.crop[at] * factor, -largest, largest);
      out[lead_count * length + at] = std::clamp(token.usual[at] * factor, -largest, largest);
    }
  }
}

}  // namespace galen::ecg
