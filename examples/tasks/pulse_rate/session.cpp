#include "examples/tasks/pulse_rate/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/engine/outputs.h"
#include "galen/trust/conformal.h"

namespace galen::pulse {

constexpr float threshold = 0.5f;      // probability of a beat, or of a usable window
constexpr double apart_seconds = 0.3;  // least time between beats: 200 a minute

Members compiled(const std::vector<Graph>& graphs, const std::string& output, const PulsePlan& plan, Engine& engine,
                 const PredictOptions& options) {
  CompileOptions how{.shapes = {{"signal", {1, 1, plan.window}}}, .precision = options.precision};
  how.threads = options.threads;
  Members out;
  for (const Graph& graph : graphs) {
    require_output(graph, output);
    out.push_back(engine.compile(graph, how));
  }
  return out;
}

bool z_score(std::span<float> values) {
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

PulseSession::PulseSession(std::shared_ptr<const Networks> networks)
    : networks_(std::move(networks)), held_(static_cast<std::size_t>(networks_->plan.window / 4), std::nanf("")) {}

std::vector<Event> PulseSession::push(std::span<const std::vector<float>> samples) {
  const PulsePlan& plan = networks_->plan;
  require_fit(plan, plan.rate_hz, samples.size());
  std::vector<Event> events;
  for (const float v : samples.front()) {
    held_.push_back(std::isfinite(v) ? v : std::nanf(""));
    ++received_;
    if (std::ssize(held_) == plan.window) judge_middle(plan.window / 2, events);
  }
  return events;
}

std::vector<Event> PulseSession::gap(double seconds) {
  if (!(seconds >= 0 && seconds < 1e6)) throw usage_error("gap", fmt::format("is of {} seconds", seconds));
  const auto count = static_cast<std::size_t>(std::llround(seconds * networks_->plan.rate_hz));
  const std::vector<float> missing(count, std::nanf(""));
  return push({&missing, 1});
}

std::vector<Event> PulseSession::finish(Finding& finding) {
  std::vector<Event> events;
  while (judged_ < received_) {
    held_.resize(static_cast<std::size_t>(networks_->plan.window), std::nanf(""));
    judge_middle(std::min(received_ - judged_, networks_->plan.window / 2), events);
  }
  if (best_ > 0) note_beat(events);
  describe(finding);
  return events;
}

// held_ is a whole window: its middle is judged, a quarter on each side is context. A beat is where the probability is
// greatest within the least time between beats.
void PulseSession::judge_middle(std::int64_t count, std::vector<Event>& events) {
  const std::int64_t quarter = networks_->plan.window / 4;
  const std::int64_t apart = std::llround(apart_seconds * networks_->plan.rate_hz);
  const std::vector<float> p = probabilities(held_);
  for (std::int64_t i = quarter; i < quarter + count; ++i, ++judged_) {
    const auto at = static_cast<std::size_t>(i);
    const bool usable = !p.empty() && !std::isnan(held_[at]);
    unusable_ += !usable;
    if (best_ > 0 && judged_ - best_at_ > apart) note_beat(events);
    if (usable && p[at] >= threshold && p[at] > best_) best_ = p[at], best_at_ = judged_;
  }
  held_.erase(held_.begin(), held_.begin() + 2 * quarter);
}

// Empty if the window is unusable.
std::vector<float> PulseSession::probabilities(std::vector<float> window) {
  if (!z_score(window)) return {};
  const Shape shape = {1, 1, networks_->plan.window};
  const Tensor input = Tensor::of<float>(shape, window);
  const std::vector<float> quality = vote(networks_->quality, input, "quality", {1, 1, 1});
  if (!quality.empty() && !(quality.front() >= threshold)) return {};
  return vote(networks_->beats, input, "logits", shape);
}

// The mean probability; empty without members.
std::vector<float> PulseSession::vote(const Members& members, const Tensor& input, const std::string& output,
                                      const Shape& shape) {
  std::vector<float> mean;
  for (const auto& member : members) {
    const auto results = member->run({{"signal", input}});
    non_finite_ = non_finite_ || has_non_finite(results);
    const auto logits = output_of(results, output, shape);
    mean.resize(logits.size());
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += 1 / (1 + std::exp(-logits[i])) / static_cast<float>(members.size());
    }
  }
  return mean;
}

void PulseSession::note_beat(std::vector<Event>& events) {
  const double rate_hz = networks_->plan.rate_hz, at = static_cast<double>(best_at_) / rate_hz;
  const double known = static_cast<double>(received_ - 1) / rate_hz;  // the last sample received
  events.push_back({at, known, "pulse_beat", "beat", "", 0});
  beats_.push_back(at);
  best_ = 0;
}

void PulseSession::describe(Finding& finding) const {
  Statement rate;
  rate.id = "rate";
  rate.code = {"http://loinc.org", "8889-8", "Heart rate by Pulse oximetry"};
  rate.text = "no two beats were found";
  if (const double value = rate_per_minute(beats_); !std::isnan(value)) {
    rate.value = value;
    rate.unit = "/min";
    rate.text = fmt::format("pulse rate {:.0f} a minute", value);
    rate.interval = promised_interval(networks_->decision, "rate_interval", value);
  }
  finding.statements.push_back(std::move(rate));
  finding.evidence.push_back({"rate", fmt::format("{} beats were found", beats_.size()), "beats"});
  Annotations marks;
  TableArtefact intervals{{"beat_s", "since_last_s"}, {}};
  for (std::size_t i = 0; i < beats_.size(); ++i) {
    marks.marks.push_back({beats_[i], beats_[i], "pulse_beat", "beat", {}});
    if (i == 0) continue;
    intervals.rows.push_back({fmt::format("{:.2f}", beats_[i]), fmt::format("{:.2f}", beats_[i] - beats_[i - 1])});
  }
  finding.artefacts.push_back({"beats", "when the beats are", std::move(marks)});
  finding.artefacts.push_back({"intervals", "the time from beat to beat", std::move(intervals)});
  if (unusable_ > 0) {
    const double seconds = static_cast<double>(unusable_) / networks_->plan.rate_hz;
    finding.warnings.push_back(
        {"quality", fmt::format("no beats were looked for in {:.1f} s: missing, flat or too disturbed", seconds)});
  }
  if (non_finite_) {
    finding.warnings.push_back(not_numbers());
  }
}

}  // namespace galen::pulse
