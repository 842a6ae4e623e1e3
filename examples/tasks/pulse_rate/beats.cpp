#include "examples/tasks/pulse_rate/beats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace galen::pulse {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr double least_interval = 0.3, greatest_interval = 2;  // seconds: 200 and 30 a minute

// The mean probability of the members' log odds.
std::vector<float> vote(const std::vector<std::shared_ptr<const Executable>>& members, const Tensor& input,
                        const std::string& output, bool& non_finite) {
  std::vector<float> mean;
  for (const auto& member : members) {
    const auto results = member->run({{"signal", input}});
    non_finite = non_finite || has_non_finite(results);
    const auto logits = results.at(output).values<float>();
    mean.resize(logits.size());
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += 1 / (1 + std::exp(-logits[i])) / static_cast<float>(members.size());
    }
  }
  return mean;
}

}  // namespace

Networks compile_networks(const PulsePlan& plan, const std::vector<Graph>& beats, const std::vector<Graph>& quality,
                          Engine& engine, const PredictOptions& options) {
  CompileOptions compile{.shapes = {{"signal", {1, 1, plan.window}}}, .precision = options.precision};
  compile.threads = options.threads;
  Networks out{plan, {}, {}};
  for (const Graph& graph : beats) out.beats.push_back(engine.compile(graph, compile));
  for (const Graph& graph : quality) out.quality.push_back(engine.compile(graph, compile));
  return out;
}

double rate_per_minute(const std::vector<double>& beats_at) {
  double sum = 0, count = 0;
  for (std::size_t i = 1; i < beats_at.size(); ++i) {
    const double interval = beats_at[i] - beats_at[i - 1];
    if (interval >= least_interval && interval <= greatest_interval) sum += interval, ++count;
  }
  return count > 0 ? 60 * count / sum : std::nan("");
}

bool z_score(std::vector<float>& values) {
  double sum = 0, squares = 0, count = 0;
  for (const float v : values) {
    if (std::isfinite(v)) sum += v, squares += static_cast<double>(v) * v, ++count;
  }
  const double mean = sum / std::max(count, 1.0), variance = squares / std::max(count, 1.0) - mean * mean;
  const bool usable = 4 * count >= static_cast<double>(values.size()) && variance > 1e-9 * (1e-9 + mean * mean);
  for (float& v : values) {
    v = usable && std::isfinite(v) ? static_cast<float>((v - mean) / std::sqrt(variance)) : 0;
  }
  return usable;
}

void require_fit(const PulsePlan& plan, double rate_hz, std::size_t channels) {
  if (channels != 1) throw Error("signal", fmt::format("has {} channels", channels), {}, "give the pulse wave alone");
  if (std::abs(rate_hz - plan.rate_hz) > 1e-6 * plan.rate_hz) {
    throw Error("signal", fmt::format("has {} samples a second", rate_hz),
                fmt::format("this bundle was trained on {}", plan.rate_hz), "resample it");
  }
}

void read_pieces(const Signal& signal, const PulsePlan& plan, const std::function<void(std::vector<float>)>& sink) {
  constexpr std::int64_t piece = 4096;
  require_fit(plan, signal.rate_hz, signal.channels.size());
  for (std::int64_t begin = 0; begin < signal.length; begin += piece) {
    check_stop();
    sink(signal.source->read(0, begin, std::min(piece, signal.length - begin)));
  }
}

std::vector<Event> BeatStream::push(std::span<const float> samples) {
  std::vector<Event> events;
  const auto piece = static_cast<std::size_t>(networks_->plan.window);  // bounds what is held
  for (std::size_t begin = 0; begin < samples.size(); begin += piece) {
    for (const float v : samples.subspan(begin, std::min(piece, samples.size() - begin))) {
      samples_.push(std::isfinite(v) ? v : nan);
    }
    for (Event& event : advance(false)) events.push_back(std::move(event));
  }
  return events;
}

std::int64_t BeatStream::apart() const {
  return std::llround(networks_->plan.apart_seconds * networks_->plan.rate_hz);
}

std::vector<Event> BeatStream::advance(bool ended) {
  const std::int64_t quarter = networks_->plan.window / 4;
  while (scores_.end() < samples_.end() && (ended || scores_.end() + 3 * quarter <= samples_.end())) score_next();
  std::vector<Event> events;
  for (; decided_ < scores_.end() && (ended || decided_ + apart() < scores_.end()); ++decided_) {
    if (is_beat(decided_)) events.push_back(note(decided_));
  }
  samples_.forget_before(scores_.end() - quarter);
  scores_.forget_before(decided_ - apart());
  return events;
}

// The middle half of the next window; a quarter on each side is context, missing before the stream and after it.
void BeatStream::score_next() {
  const std::int64_t window = networks_->plan.window, from = scores_.end();
  const double step = 1 / networks_->plan.rate_hz;
  std::vector<float> values;
  for (std::int64_t i = 0; i < window; ++i) values.push_back(samples_.at(from - window / 4 + i, nan));
  const std::vector<float> p = probabilities(values);
  for (std::int64_t i = window / 4; i < 3 * window / 4 && scores_.end() < samples_.end(); ++i) {
    const bool missing = std::isnan(values[static_cast<std::size_t>(i)]);
    if (missing) tally_.missing_seconds += step;
    if (!missing && p.empty()) tally_.unusable_seconds += step;
    scores_.push(missing || p.empty() ? 0 : p[static_cast<std::size_t>(i)]);
  }
  tally_.seconds = static_cast<double>(scores_.end()) / networks_->plan.rate_hz;  // a sum would round
}

// Empty where the window is of no use.
std::vector<float> BeatStream::probabilities(std::vector<float> window) {
  if (!z_score(window)) return {};
  const Tensor input = Tensor::of<float>({1, 1, networks_->plan.window}, window);
  const std::vector<float> usable = vote(networks_->quality, input, "quality", tally_.non_finite);
  if (!usable.empty() && !(usable.front() >= 0.5f)) return {};
  return vote(networks_->beats, input, "logits", tally_.non_finite);
}

// The greatest within reach on both sides; of equals, the first.
bool BeatStream::is_beat(std::int64_t i) const {
  const float p = scores_.at(i, 0);
  if (!(static_cast<double>(p) >= networks_->plan.threshold)) return false;
  for (std::int64_t d = 1; d <= apart(); ++d) {
    if (scores_.at(i - d, 0) >= p || scores_.at(i + d, 0) > p) return false;
  }
  return true;
}

Event BeatStream::note(std::int64_t i) {
  const std::int64_t half = networks_->plan.window / 2;
  const std::int64_t decided_by = (i + apart()) / half * half + half + half / 2;  // the window of the last rival
  const double at = static_cast<double>(i) / networks_->plan.rate_hz;
  const double known = static_cast<double>(std::min(decided_by, samples_.end()) - 1) / networks_->plan.rate_hz;
  const double rate = tally_.beats_at.empty() ? std::nan("") : rate_per_minute({tally_.beats_at.back(), at});
  tally_.beats_at.push_back(at);
  return {at, known, "pulse_beat", "beat", "", std::isnan(rate) ? 0 : rate};
}

}  // namespace galen::pulse
