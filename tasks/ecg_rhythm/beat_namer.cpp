#include "tasks/ecg_rhythm/beat_namer.h"

#include <algorithm>
#include <limits>

#include "galen/engine/outputs.h"
#include "tasks/ecg_rhythm/network.h"

namespace galen::ecg {
namespace {

constexpr std::int64_t channels = 2 * static_cast<std::int64_t>(lead_count);

std::shared_ptr<const BeatNetworks> compiled(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                             std::int64_t at_once, std::int64_t time, Engine& engine,
                                             const PredictOptions& options) {
  auto out = std::make_shared<BeatNetworks>();
  out->plan = plan;
  out->encoded_at_once = at_once;
  out->time = time;
  CompileOptions encoder{.shapes = {{"crops", {at_once, channels, plan.crop_samples}}}, .precision = options.precision};
  CompileOptions attention{
      .shapes = {{"tokens", {1, time, plan.width}}, {"features", {1, time, static_cast<std::int64_t>(feature_count)}}},
      .precision = options.precision};
  encoder.threads = attention.threads = options.threads;
  for (const Graph& graph : graphs) {
    require_output(graph, "logits");
    out->members.push_back(
        {engine.compile(encoder_of(graph), encoder), engine.compile(attention_of(graph, plan, time), attention)});
  }
  return out;
}

}  // namespace

Beat likeliest(std::span<const float> logits) {
  return static_cast<Beat>(std::ranges::max_element(logits) - logits.begin());
}

std::shared_ptr<const BeatNetworks> networks_for_streams(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                         Engine& engine, const PredictOptions& options) {
  const Band reach = plan.reach();
  return compiled(plan, graphs, 1, reach.before + 1 + reach.after, engine, options);
}

std::shared_ptr<const BeatNetworks> networks_for_files(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                       Engine& engine, const PredictOptions& options) {
  return compiled(plan, graphs, plan.sequence, plan.sequence, engine, options);
}

BeatNamer::BeatNamer(std::shared_ptr<const BeatNetworks> networks) : networks_(std::move(networks)) {
  // Before the first beat there is nothing, as in training.
  const std::size_t width = networks_->members.size() * static_cast<std::size_t>(networks_->plan.width);
  known_.resize(static_cast<std::size_t>(networks_->plan.reach().before), {-1, {}, std::vector<float>(width)});
}

void BeatNamer::push(std::vector<BeatToken> tokens, std::vector<NamedBeat>& out) {
  for (BeatToken& token : tokens) {
    waiting_.push_back(std::move(token));
    if (std::ssize(waiting_) == networks_->encoded_at_once) {
      encode(waiting_.size());
      attend(false, out);
    }
  }
}

void BeatNamer::finish(std::vector<NamedBeat>& out) {
  if (!waiting_.empty()) encode(waiting_.size());
  attend(true, out);
}

std::int64_t BeatNamer::known_until() const {
  const auto before = static_cast<std::size_t>(networks_->plan.reach().before);
  for (std::size_t i = before; i < known_.size(); ++i) {
    if (known_[i].sample >= 0) return known_[i].sample;
  }
  for (const BeatToken& token : waiting_) {
    if (!token.is_pause()) return token.sample;
  }
  return std::numeric_limits<std::int64_t>::max();
}

void BeatNamer::encode(std::size_t count) {
  const BeatPlan& plan = networks_->plan;
  const auto size = static_cast<std::size_t>(channels * plan.crop_samples);
  const auto width = static_cast<std::size_t>(plan.width);
  Tensor crops(Scalar::f32, {networks_->encoded_at_once, channels, plan.crop_samples});
  for (std::size_t i = 0; i < count; ++i) {
    put_crops(waiting_[i], plan.crop_samples, crops.values<float>().subspan(i * size, size));
  }
  const std::size_t first = known_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const BeatToken& token = waiting_[i];
    known_.push_back({token.sample, token.features, {}});
  }
  for (const auto& member : networks_->members) {
    const auto results = member.encoder->run({{"crops", crops}});
    non_finite_ = non_finite_ || has_non_finite(results);
    const auto embeddings = output_of(results, "embedding", {networks_->encoded_at_once, plan.width});
    for (std::size_t i = 0; i < count; ++i) {
      const auto one = embeddings.subspan(i * width, width);
      known_[first + i].embeddings.insert(known_[first + i].embeddings.end(), one.begin(), one.end());
    }
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
}

void BeatNamer::attend(bool end, std::vector<NamedBeat>& out) {
  const Band reach = networks_->plan.reach();
  const auto before = static_cast<std::size_t>(reach.before), after = static_cast<std::size_t>(reach.after);
  const auto time = static_cast<std::size_t>(networks_->time), hop = time - before - after;
  while (known_.size() >= time || (end && known_.size() > before)) {
    name(before, std::min(hop, known_.size() - before), out);
    const std::size_t done = std::min(hop, known_.size() - before);
    known_.erase(known_.begin(), known_.begin() + static_cast<std::ptrdiff_t>(done));
  }
}

void BeatNamer::name(std::size_t first, std::size_t count, std::vector<NamedBeat>& out) {
  const auto width = static_cast<std::size_t>(networks_->plan.width);
  const auto time = static_cast<std::size_t>(networks_->time);
  Tensor features(Scalar::f32, {1, networks_->time, static_cast<std::int64_t>(feature_count)});
  for (std::size_t i = 0; i < std::min(time, known_.size()); ++i) {
    std::ranges::copy(known_[i].features,
                      features.values<float>().begin() + static_cast<std::ptrdiff_t>(i * feature_count));
  }
  std::vector<NamedBeat> named(count);
  for (std::size_t member = 0; member < networks_->members.size(); ++member) {
    Tensor tokens(Scalar::f32, {1, networks_->time, networks_->plan.width});
    for (std::size_t i = 0; i < std::min(time, known_.size()); ++i) {
      const auto one = std::span(known_[i].embeddings).subspan(member * width, width);
      std::ranges::copy(one, tokens.values<float>().begin() + static_cast<std::ptrdiff_t>(i * width));
    }
    const auto results = networks_->members[member].attention->run({{"tokens", tokens}, {"features", features}});
    non_finite_ = non_finite_ || has_non_finite(results);
    const auto logits = output_of(results, "logits", {1, networks_->time, static_cast<std::int64_t>(beat_classes)});
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < beat_classes; ++k) {
        named[i].logits[k] += logits[(first + i) * beat_classes + k] / static_cast<float>(networks_->members.size());
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Known& known = known_[first + i];
    if (known.sample < 0) continue;
    named[i].sample = known.sample;
    named[i].beat = likeliest(named[i].logits);
    out.push_back(named[i]);
  }
}

}  // namespace galen::ecg
