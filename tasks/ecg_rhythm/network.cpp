#include "tasks/ecg_rhythm/network.h"

#include <fmt/format.h>

#include "galen/nn/loss.h"

namespace galen::ecg {
namespace {

constexpr std::int64_t channels = 2 * static_cast<std::int64_t>(lead_count);  // of a crop: each lead and its usual beat

// [beat, 2 lead_count, crop_samples] to [beat, width].
Value encoder(Builder& b, const Value& crops, const BeatPlan& plan) {
  BlockOptions options = {.kernel = {plan.kernel}, .stride = {2}, .norm = Norm::batch};
  Value x = conv_block(b, "encoder.stem", crops, plan.features[0], options);
  for (std::size_t stage = 0; stage < plan.features.size(); ++stage) {
    options.stride = {stage == 0 ? 1 : 2};
    x = residual_block(b, fmt::format("encoder.{}", stage), x, plan.features[stage], options);
  }
  const std::int64_t left = plan.crop_samples >> plan.features.size();
  x = b.reshape(x, {-1, plan.features.back() * left});
  return b.linear("encoder.embedding", x, plan.width);
}

// Two linear layers with a shortcut and normalisation before them.
Value feed_forward(Builder& b, const std::string& name, const Value& x, std::int64_t width, float dropout) {
  Value y = b.leaky_relu(b.linear(name + ".1", b.layer_norm(name + ".norm", x), 2 * width));
  if (dropout > 0) y = b.dropout(y, dropout);
  return b.add(x, b.linear(name + ".2", y, width));
}

// [sequence, time, width] and [sequence, time, feature_count] to [sequence, time, width].
Value join(Builder& b, const Value& embeddings, const Value& features, const BeatPlan& plan) {
  // The first feature is 1 for a beat and 0 for a pause or nothing, whose empty crop says nothing.
  Value x = b.mul(embeddings, b.slice(features, 2, 0, 1));
  if (plan.dropout > 0) x = b.dropout(x, static_cast<float>(plan.dropout));
  return b.linear("join", b.concat({x, features}, 2), plan.width);
}

Value layer(Builder& b, std::size_t number, Value x, const BeatPlan& plan, Ends ends) {
  x = self_attention(b, fmt::format("attention.{}", number), x, plan.heads, plan.bands[number], ends);
  return feed_forward(b, fmt::format("forward.{}", number), x, plan.width, static_cast<float>(plan.dropout));
}

Value head(Builder& b, const Value& x) {
  return b.linear("head", b.layer_norm("head.norm", x), beat_classes);
}

Graph with_parameters(Graph part, const Graph& network) {
  for (auto& [name, tensor] : part.initializers) {
    if (!part.is_parameter(name)) continue;
    const auto trained = network.initializers.find(name);
    if (trained == network.initializers.end() || trained->second.shape() != tensor.shape()) {
      throw Error("network", fmt::format("has no parameter '{}' of the shape that the recipe says", name));
    }
    tensor = trained->second;
  }
  return part;
}

}  // namespace

Graph training_graph(const BeatPlan& plan, std::uint64_t seed) {
  Builder b("ecg_rhythm", seed);
  const auto per_beat = [&](const std::string& name, std::size_t count) {
    return b.input(name, Scalar::f32, {{-1, "sequence"}, {plan.sequence, ""}, {static_cast<std::int64_t>(count), ""}});
  };
  const Value crops = b.input("crops", Scalar::f32, {{-1, "beat"}, {channels, ""}, {plan.crop_samples, ""}});
  const Value embeddings = b.reshape(encoder(b, crops, plan), {-1, plan.sequence, plan.width});
  Value x = join(b, embeddings, per_beat("features", feature_count), plan);
  for (std::size_t i = 0; i < plan.bands.size(); ++i) x = layer(b, i, x, plan, Ends::kept);
  const Value logits = head(b, x), targets = per_beat("targets", beat_classes);
  const auto by_class = [&](const Value& v) { return b.transpose(v, {0, 2, 1}); };
  b.output(logits, "logits");
  b.output(soft_cross_entropy(b, by_class(logits), by_class(targets)), "loss");
  return b.build();
}

Graph step_of(const Graph& network, const BeatPlan& plan, std::int64_t count) {
  Builder b("step", std::nullopt);
  const auto input = [&](const std::string& name, std::int64_t time, std::int64_t width) {
    return b.input(name, Scalar::f32, {{-1, "sequence"}, {time, ""}, {width, ""}});
  };
  const Value crops =
      b.input("crops", Scalar::f32, {{-1, "sequence"}, {count, ""}, {channels, ""}, {plan.crop_samples, ""}});
  const Value embeddings = encoder(b, b.reshape(crops, {-1, channels, plan.crop_samples}), plan);
  Value x = join(b, b.reshape(embeddings, {-1, count, plan.width}), input("features", count, feature_count), plan);
  for (std::size_t i = 0; i < plan.bands.size(); ++i) {
    const std::int64_t kept = plan.bands[i].before + plan.bands[i].after;
    const Value seen = b.concat({input(fmt::format("past.{}", i), kept, plan.width), x}, 1);
    b.output(b.slice(seen, 1, count, count + kept), fmt::format("next.{}", i));
    x = layer(b, i, seen, plan, Ends::cut);
  }
  b.output(head(b, x), "logits");
  return with_parameters(b.build(), network);
}

}  // namespace galen::ecg
