#include "tasks/ecg_rhythm/beat_namer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "galen/engine/outputs.h"
#include "tasks/ecg_rhythm/network.h"

namespace galen::ecg {
namespace {

constexpr std::int64_t channels = 2 * static_cast<std::int64_t>(lead_count);
constexpr std::int64_t caught_up_at_once = 16;  // beats
// A candidate is no beat when its log-odds say so by this much: then as many beats are missed as are found where none
// is, over the MIT-BIH training half by cross-validation.
constexpr float none_margin = 1.5f;
constexpr std::size_t few_beats = 4;  // are named one by one as quickly

BeatNetworks::Size compiled(const BeatPlan& plan, const std::vector<Graph>& graphs, std::int64_t at_once,
                            std::int64_t time, std::size_t least_named, Engine& engine, const PredictOptions& options) {
  BeatNetworks::Size out{at_once, time, least_named, {}};
  CompileOptions encoder{.shapes = {{"crops", {at_once, channels, plan.crop_samples}}}, .precision = options.precision};
  CompileOptions attention{
      .shapes = {{"tokens", {1, time, plan.width}}, {"features", {1, time, static_cast<std::int64_t>(feature_count)}}},
      .precision = options.precision};
  encoder.threads = attention.threads = options.threads;
  for (const Graph& graph : graphs) {
    require_output(graph, "logits");
    out.members.push_back(
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
  auto out = std::make_shared<BeatNetworks>(BeatNetworks{plan, {}});
  for (const std::int64_t count : {caught_up_at_once, std::int64_t{1}}) {
    const std::size_t least = count > 1 ? few_beats : 1;
    out->sizes.push_back(compiled(plan, graphs, count, reach.before + count + reach.after, least, engine, options));
  }
  return out;
}

std::shared_ptr<const BeatNetworks> networks_for_files(const BeatPlan& plan, const std::vector<Graph>& graphs,
                                                       Engine& engine, const PredictOptions& options) {
  const auto named = static_cast<std::size_t>(plan.sequence - plan.reach().before - plan.reach().after);
  const BeatNetworks::Size size = compiled(plan, graphs, plan.sequence, plan.sequence, named, engine, options);
  return std::make_shared<BeatNetworks>(BeatNetworks{plan, {size}});
}

BeatNamer::BeatNamer(std::shared_ptr<const BeatNetworks> networks, bool adapt) : networks_(std::move(networks)) {
  if (adapt) votes_.emplace(networks_->plan);
  // Before the first beat there is nothing, as in training.
  const std::size_t width = networks_->sizes.front().members.size() * static_cast<std::size_t>(networks_->plan.width);
  known_.resize(static_cast<std::size_t>(networks_->plan.reach().before), {-1, {}, std::vector<float>(width), {}});
}

void BeatNamer::push(std::vector<BeatToken> tokens, std::vector<NamedBeat>& out) {
  std::ranges::move(tokens, std::back_inserter(waiting_));
  const auto after = static_cast<std::size_t>(networks_->plan.reach().after);
  for (const BeatNetworks::Size& size : networks_->sizes) {
    while (std::ssize(waiting_) >= size.encoded_at_once) {
      encode(size, static_cast<std::size_t>(size.encoded_at_once));
      attend(size, after, size.least_named, out);
    }
  }
}

void BeatNamer::finish(std::vector<NamedBeat>& out) {
  const BeatNetworks::Size& least = networks_->sizes.back();
  if (!waiting_.empty()) encode(least, waiting_.size());
  attend(least, 0, 1, out);
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

void BeatNamer::encode(const BeatNetworks::Size& its, std::size_t count) {
  const BeatPlan& plan = networks_->plan;
  const auto size = static_cast<std::size_t>(channels * plan.crop_samples);
  const auto width = static_cast<std::size_t>(plan.width);
  Tensor crops(Scalar::f32, {its.encoded_at_once, channels, plan.crop_samples});
  for (std::size_t i = 0; i < count; ++i) {
    put_crops(waiting_[i], plan.crop_samples, crops.values<float>().subspan(i * size, size));
  }
  const std::size_t first = known_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const BeatToken& token = waiting_[i];
    Known& known = known_.emplace_back(Known{token.sample, token.features, {}, {}});
    if (!votes_) continue;
    const auto crop = crops.values<float>().subspan(i * size, size / 2);
    known.crop.assign(crop.begin(), crop.end());
  }
  for (const auto& member : its.members) {
    const auto results = member.encoder->run({{"crops", crops}});
    non_finite_ = non_finite_ || has_non_finite(results);
    const auto embeddings = output_of(results, "embedding", {its.encoded_at_once, plan.width});
    for (std::size_t i = 0; i < count; ++i) {
      const auto one = embeddings.subspan(i * width, width);
      known_[first + i].embeddings.insert(known_[first + i].embeddings.end(), one.begin(), one.end());
    }
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
}

// Names all but the last `awaited`, whose successors are not known yet, while they are at least so many.
void BeatNamer::attend(const BeatNetworks::Size& size, std::size_t awaited, std::size_t least,
                       std::vector<NamedBeat>& out) {
  const Band reach = networks_->plan.reach();
  const auto before = static_cast<std::size_t>(reach.before);
  const auto most = static_cast<std::size_t>(size.time - reach.before - reach.after);
  while (known_.size() >= before + awaited + least) {
    const std::size_t count = std::min(most, known_.size() - before - awaited);
    name(size, before, count, out);
    known_.erase(known_.begin(), known_.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

Beat BeatNamer::vote(const Known& known, std::span<float> logits) {
  votes_->vote(known.crop, logits);
  return likeliest(logits);
}

void BeatNamer::name(const BeatNetworks::Size& size, std::size_t first, std::size_t count,
                     std::vector<NamedBeat>& out) {
  const auto width = static_cast<std::size_t>(networks_->plan.width);
  const auto time = static_cast<std::size_t>(size.time);
  Tensor features(Scalar::f32, {1, size.time, static_cast<std::int64_t>(feature_count)});
  for (std::size_t i = 0; i < std::min(time, known_.size()); ++i) {
    std::ranges::copy(known_[i].features,
                      features.values<float>().begin() + static_cast<std::ptrdiff_t>(i * feature_count));
  }
  std::vector<NamedBeat> named(count);
  for (std::size_t member = 0; member < size.members.size(); ++member) {
    Tensor tokens(Scalar::f32, {1, size.time, networks_->plan.width});
    for (std::size_t i = 0; i < std::min(time, known_.size()); ++i) {
      const auto one = std::span(known_[i].embeddings).subspan(member * width, width);
      std::ranges::copy(one, tokens.values<float>().begin() + static_cast<std::ptrdiff_t>(i * width));
    }
    const auto results = size.members[member].attention->run({{"tokens", tokens}, {"features", features}});
    non_finite_ = non_finite_ || has_non_finite(results);
    const auto logits = output_of(results, "logits", {1, size.time, static_cast<std::int64_t>(beat_classes)});
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < beat_classes; ++k) {
        named[i].logits[k] += logits[(first + i) * beat_classes + k] / static_cast<float>(size.members.size());
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Known& known = known_[first + i];
    if (known.sample < 0) continue;
    named[i].sample = known.sample;
    named[i].logits[static_cast<std::size_t>(Beat::none)] -= none_margin;
    named[i].beat = likeliest(named[i].logits);
    if (votes_) {
      const Beat before = std::exchange(named[i].beat, vote(known, named[i].logits));
      named[i].adapted = named[i].beat != before;
    }
    out.push_back(named[i]);
  }
}

}  // namespace galen::ecg
