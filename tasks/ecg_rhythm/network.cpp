#include "tasks/ecg_rhythm/network.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "galen/nn/loss.h"

namespace galen::ecg {
namespace {

constexpr std::int64_t channels = 2 * static_cast<std::int64_t>(lead_count);  // of a crop: each lead and its usual beat

// One network of an ensemble: the prefix of its parameters' names.
using Member = std::string;

// [beat, 2 lead_count, crop_samples] to [beat, width].
Value encoder(Builder& b, const Member& member, const Value& crops, const BeatPlan& plan) {
  BlockOptions options = {.kernel = {plan.kernel}, .stride = {2}, .norm = Norm::batch};
  Value x = conv_block(b, member + "encoder.stem", crops, plan.features[0], options);
  for (std::size_t stage = 0; stage < plan.features.size(); ++stage) {
    options.stride = {stage == 0 ? 1 : 2};
    x = residual_block(b, fmt::format("{}encoder.{}", member, stage), x, plan.features[stage], options);
  }
  const std::int64_t left = plan.crop_samples >> plan.features.size();
  x = b.reshape(x, {-1, plan.features.back() * left});
  return b.linear(member + "encoder.embedding", x, plan.width);
}

// Two linear layers with a shortcut and normalisation before them.
Value feed_forward(Builder& b, const std::string& name, const Value& x, std::int64_t width, float dropout) {
  Value y = b.leaky_relu(b.linear(name + ".1", b.layer_norm(name + ".norm", x), 2 * width));
  if (dropout > 0) y = b.dropout(y, dropout);
  return b.add(x, b.linear(name + ".2", y, width));
}

// [sequence, time, width] and [sequence, time, feature_count] to [sequence, time, width].
Value join(Builder& b, const Member& member, const Value& embeddings, const Value& features, const BeatPlan& plan) {
  // The first feature is 1 for a beat and 0 for a pause or padding, whose empty crop tells nothing.
  Value x = b.mul(embeddings, b.slice(features, 2, 0, 1));
  if (plan.dropout > 0) x = b.dropout(x, static_cast<float>(plan.dropout));
  return b.linear(member + "join", b.concat({x, features}, 2), plan.width);
}

Value layer(Builder& b, const Member& member, std::size_t number, Value x, const BeatPlan& plan, Ends ends) {
  x = self_attention(b, fmt::format("{}attention.{}", member, number), x, plan.heads, plan.bands[number], ends);
  return feed_forward(b, fmt::format("{}forward.{}", member, number), x, plan.width, static_cast<float>(plan.dropout));
}

Value head(Builder& b, const Member& member, const Value& x) {
  return b.linear(member + "head", b.layer_norm(member + "head.norm", x), beat_classes);
}

Member member_at(std::size_t place) {
  return fmt::format("{}.", place);
}

void take_parameters(Graph& ensemble, const Member& member, const Graph& network) {
  for (auto& [name, tensor] : ensemble.initializers) {
    if (!ensemble.is_parameter(name) || !name.starts_with(member)) continue;
    const std::string own = name.substr(member.size());
    const auto trained = network.initializers.find(own);
    if (trained == network.initializers.end() || trained->second.shape() != tensor.shape()) {
      throw Error("recipe", "is not of this network", fmt::format("no parameter '{}' of the shape that it says", own));
    }
    tensor = trained->second;
  }
}

}  // namespace

Graph training_graph(const BeatPlan& plan, std::uint64_t seed) {
  Builder b("ecg_rhythm", seed);
  const auto per_beat = [&](const std::string& name, std::size_t count) {
    return b.input(name, Scalar::f32, {{-1, "sequence"}, {plan.sequence, ""}, {static_cast<std::int64_t>(count), ""}});
  };
  const Value crops = b.input("crops", Scalar::f32, {{-1, "beat"}, {channels, ""}, {plan.crop_samples, ""}});
  const Value embeddings = b.reshape(encoder(b, {}, crops, plan), {-1, plan.sequence, plan.width});
  Value x = join(b, {}, embeddings, per_beat("features", feature_count), plan);
  for (std::size_t i = 0; i < plan.bands.size(); ++i) x = layer(b, {}, i, x, plan, Ends::kept);
  const Value logits = head(b, {}, x), targets = per_beat("targets", beat_classes);
  const auto by_class = [&](const Value& v) { return b.transpose(v, {0, 2, 1}); };
  b.output(logits, "logits");
  b.output(soft_cross_entropy(b, by_class(logits), by_class(targets)), "loss");
  return b.build();
}

Graph step_of(std::span<const Graph> networks, const BeatPlan& plan, std::int64_t count) {
  Builder b("step", std::nullopt);
  const auto input = [&](const std::string& name, std::int64_t time, std::int64_t width) {
    return b.input(name, Scalar::f32, {{-1, "sequence"}, {time, ""}, {width, ""}});
  };
  const Value crops =
      b.input("crops", Scalar::f32, {{-1, "sequence"}, {count, ""}, {channels, ""}, {plan.crop_samples, ""}});
  const Value beats = b.reshape(crops, {-1, channels, plan.crop_samples});
  const Value features = input("features", count, feature_count);
  const auto members = static_cast<std::int64_t>(networks.size());
  std::vector<Value> past;
  past.reserve(plan.bands.size());
  std::vector<std::vector<Value>> next(plan.bands.size());  // [layer][member]
  for (std::size_t i = 0; i < plan.bands.size(); ++i) {
    past.push_back(input(fmt::format("past.{}", i), plan.bands[i].neighbours(), members * plan.width));
  }
  std::vector<Value> logits;
  for (std::int64_t m = 0; m < members; ++m) {
    const Member member = member_at(static_cast<std::size_t>(m));
    Value x = b.reshape(encoder(b, member, beats, plan), {-1, count, plan.width});
    x = join(b, member, x, features, plan);
    for (std::size_t i = 0; i < plan.bands.size(); ++i) {
      const Value own = b.slice(past[i], 2, m * plan.width, (m + 1) * plan.width);
      const Value seen = b.concat({own, x}, 1);
      next[i].push_back(b.slice(seen, 1, count, count + plan.bands[i].neighbours()));
      x = layer(b, member, i, seen, plan, Ends::cut);
    }
    logits.push_back(head(b, member, x));
  }
  for (std::size_t i = 0; i < plan.bands.size(); ++i) b.output(b.concat(next[i], 2), fmt::format("next.{}", i));
  Value sum = logits.front();
  for (std::size_t m = 1; m < logits.size(); ++m) sum = b.add(sum, logits[m]);
  b.output(b.mul(sum, 1 / static_cast<float>(members)), "logits");
  Graph out = b.build();
  for (std::size_t m = 0; m < networks.size(); ++m) take_parameters(out, member_at(m), networks[m]);
  return out;
}

}  // namespace galen::ecg
