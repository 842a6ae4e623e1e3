#include "tasks/ecg_rhythm/beat_namer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/threads.h"
#include "galen/engine/batched.h"
#include "galen/engine/outputs.h"
#include "tasks/ecg_rhythm/network.h"

namespace galen::ecg {
namespace {

constexpr std::int64_t channels = 2 * static_cast<std::int64_t>(lead_count);
constexpr double refractory_seconds = 0.24;  // 250 a minute: anything faster is ventricular flutter
constexpr std::size_t most_held = 4;         // of candidates that follow each other this fast
using Tensors = std::map<std::string, Tensor>;

std::string past_name(std::size_t layer) {
  return fmt::format("past.{}", layer);
}

// The beat inputs of a step for `sequences` recordings, all 0.
Tensors empty_beats(const BeatPlan& plan, std::int64_t sequences, std::int64_t count) {
  Tensors out;
  out.emplace("crops", Tensor(Scalar::f32, {sequences, count, channels, plan.crop_samples}));
  out.emplace("features", Tensor(Scalar::f32, {sequences, count, static_cast<std::int64_t>(feature_count)}));
  return out;
}

Shape past_shape(const BeatPlan& plan, std::size_t layer, std::int64_t sequences, std::size_t networks) {
  return {sequences, plan.bands[layer].neighbours(), static_cast<std::int64_t>(networks) * plan.width};
}

void move_past(Tensors& outputs, std::vector<Tensor>& past) {
  for (std::size_t i = 0; i < past.size(); ++i) past[i] = std::move(outputs.at(fmt::format("next.{}", i)));
}

// The past of the networks after a long time without beats, as before the first beat in training.
std::vector<Tensor> past_of_nothing(const BeatPlan& plan, const BeatNetworks::Step& step, std::size_t networks) {
  Tensors inputs = empty_beats(plan, 1, step.count);
  std::vector<Tensor> past;
  past.reserve(plan.bands.size());
  for (std::size_t i = 0; i < plan.bands.size(); ++i) {
    past.emplace_back(Scalar::f32, past_shape(plan, i, 1, networks));
  }
  for (std::int64_t seen = 0; seen <= plan.reach().neighbours(); seen += step.count) {
    for (std::size_t i = 0; i < past.size(); ++i) inputs[past_name(i)] = past[i];
    Tensors outputs = step.network->run(inputs);
    move_past(outputs, past);
  }
  return past;
}

// sizes: numbers of recordings that may be computed together; if that is only one, runs are not concurrent either.
BeatNetworks::Step compiled(const BeatPlan& plan, const std::vector<Graph>& networks, std::int64_t count,
                            const std::vector<std::int64_t>& sizes, Engine& engine, const PredictOptions& options) {
  const int threads = options.threads > 0 ? options.threads : thread_count();
  const int runs = sizes.back() > 1 ? std::max(1, thread_count() / threads) : 1;
  for (const Graph& network : networks) require_output(network, "logits");
  const Graph step = step_of(networks, plan, count);
  std::map<std::int64_t, std::shared_ptr<const Executable>> by_rows;
  for (const std::int64_t sequences : sizes) {
    CompileOptions how{.precision = options.precision, .threads = threads, .runs = runs};
    for (const auto& [name, tensor] : empty_beats(plan, sequences, count)) how.shapes[name] = tensor.shape();
    for (std::size_t i = 0; i < plan.bands.size(); ++i) {
      how.shapes[past_name(i)] = past_shape(plan, i, sequences, networks.size());
    }
    by_rows[sequences] = engine.compile(step, how);
  }
  return {count, batched(std::move(by_rows), runs)};
}

}  // namespace

Beat likeliest(std::span<const float> logits) {
  return static_cast<Beat>(std::ranges::max_element(logits) - logits.begin());
}

double log_odds(std::span<const float> logits, Beat beat) {
  double others = 0;
  for (std::size_t k = 0; k < beat_classes; ++k) {
    if (k != static_cast<std::size_t>(beat)) others += std::exp(static_cast<double>(logits[k]));
  }
  return logits[static_cast<std::size_t>(beat)] - std::log(others);
}

std::shared_ptr<const BeatNetworks> networks_for_streams(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                         Engine& engine, const PredictOptions& options) {
  const auto catch_up = compiled(plan, graphs, 16, {1}, engine, options);
  const auto beat_by_beat = compiled(plan, graphs, 1, {1, 2, 4, 8, 16}, engine, options);
  return std::make_shared<BeatNetworks>(
      BeatNetworks{plan, {catch_up, beat_by_beat}, past_of_nothing(plan, catch_up, graphs.size())});
}

std::shared_ptr<const BeatNetworks> networks_for_files(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                       Engine& engine, const PredictOptions& options) {
  const auto step = compiled(plan, graphs, plan.sequence, {1}, engine, options);
  return std::make_shared<BeatNetworks>(BeatNetworks{plan, {step}, past_of_nothing(plan, step, graphs.size())});
}

BeatNamer::BeatNamer(std::shared_ptr<const BeatNetworks> networks, bool adapt)
    : networks_(std::move(networks)),
      awaiting_(static_cast<std::size_t>(networks_->plan.reach().after)),
      past_(networks_->past) {
  if (adapt) votes_.emplace(networks_->plan);
}

void BeatNamer::push(std::vector<BeatToken> tokens, std::vector<NamedBeat>& out) {
  std::ranges::move(tokens, std::back_inserter(waiting_));
  while (std::ssize(waiting_) >= networks_->steps.back().count) take(next_step(), out);
}

// Pads with pauses after the last beat.
void BeatNamer::finish(std::vector<NamedBeat>& out) {
  for (std::int64_t i = 0; i < networks_->plan.reach().after; ++i) waiting_.push_back(pause_token(networks_->plan));
  while (!waiting_.empty()) take(next_step(), out);
}

std::int64_t BeatNamer::known_until() const {
  if (!held_.empty()) return held_.front().beat.sample;
  for (const Awaiting& beat : awaiting_) {
    if (beat.sample >= 0) return beat.sample;
  }
  for (const BeatToken& token : waiting_) {
    if (!token.is_pause()) return token.sample;
  }
  return std::numeric_limits<std::int64_t>::max();
}

// The longest step that the waiting beats fill, or else the shortest step.
const BeatNetworks::Step& BeatNamer::next_step() const {
  const auto full = std::ranges::find_if(
      networks_->steps, [&](const BeatNetworks::Step& step) { return step.count <= std::ssize(waiting_); });
  return full != networks_->steps.end() ? *full : networks_->steps.back();
}

// Only the last step may have fewer beats waiting than it takes.
void BeatNamer::take(const BeatNetworks::Step& step, std::vector<NamedBeat>& out) {
  const BeatPlan& plan = networks_->plan;
  const std::size_t count = std::min(waiting_.size(), static_cast<std::size_t>(step.count));
  const auto size = static_cast<std::size_t>(channels * plan.crop_samples);
  Tensors inputs = empty_beats(plan, 1, step.count);
  for (std::size_t i = 0; i < count; ++i) {
    const BeatToken& token = waiting_[i];
    const auto crop = inputs.at("crops").values<float>().subspan(i * size, size);
    put_crops(token, plan.crop_samples, crop);
    std::ranges::copy(token.features, inputs.at("features").values<float>().subspan(i * feature_count).begin());
    Awaiting& beat = awaiting_.emplace_back(Awaiting{token.sample, token.at_seconds, is_fibrillating(token)});
    if (votes_) beat.crop.assign(crop.begin(), crop.begin() + static_cast<std::ptrdiff_t>(size / 2));
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));

  for (std::size_t i = 0; i < past_.size(); ++i) inputs.emplace(past_name(i), past_[i]);
  Tensors outputs = step.network->run(inputs);
  non_finite_ = non_finite_ || has_non_finite(outputs);
  move_past(outputs, past_);
  const auto logits = output_of(outputs, "logits", {1, step.count, static_cast<std::int64_t>(beat_classes)});
  for (std::size_t i = 0; i < count; ++i) {
    const Awaiting known = std::move(awaiting_.front());
    awaiting_.pop_front();
    if (known.sample < 0) continue;
    held_.push_back({named(known, logits.subspan(i * beat_classes, beat_classes)), known.at_seconds});
    const bool close = !awaiting_.empty() && awaiting_.front().sample >= 0 &&
                       awaiting_.front().at_seconds - known.at_seconds < refractory_seconds;
    if (!close || held_.size() == most_held) settle(out);
  }
}

NamedBeat BeatNamer::named(const Awaiting& known, std::span<const float> logits) {
  NamedBeat beat{.sample = known.sample};
  for (std::size_t k = 0; k < beat_classes; ++k) {
    beat.logits[k] = logits[k] + static_cast<float>(networks_->plan.logit_adjustment[k]);
  }
  if (known.fibrillating) beat.logits[static_cast<std::size_t>(Beat::supraventricular)] = std::ranges::min(beat.logits);
  beat.beat = likeliest(beat.logits);
  if (!votes_) return beat;
  const Beat before = beat.beat;
  votes_->vote(known.crop, beat.logits);
  beat.beat = likeliest(beat.logits);
  beat.adapted = beat.beat != before;
  return beat;
}

// From the most certain beat to the least: each removes the less certain ones that are too close to it.
void BeatNamer::settle(std::vector<NamedBeat>& out) {
  std::vector<Held*> by_sureness;
  by_sureness.reserve(held_.size());
  for (Held& held : held_) {
    if (held.beat.beat != Beat::none) by_sureness.push_back(&held);
  }
  std::ranges::stable_sort(by_sureness, {}, [](const Held* held) { return log_odds(held->beat.logits, Beat::none); });
  for (std::size_t i = 1; i < by_sureness.size(); ++i) {
    for (std::size_t surer = 0; surer < i; ++surer) {
      const bool stays = by_sureness[surer]->beat.beat != Beat::none;
      const double apart = std::abs(by_sureness[surer]->at_seconds - by_sureness[i]->at_seconds);
      if (stays && apart < refractory_seconds) by_sureness[i]->beat.beat = Beat::none;
    }
  }
  for (const Held& held : held_) out.push_back(held.beat);
  held_.clear();
}

}  // namespace galen::ecg
