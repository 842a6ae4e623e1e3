#include "tasks/ecg_rhythm/network.h"

#include <fmt/format.h>

#include "galen/nn/loss.h"

namespace galen::ecg {
namespace {

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
  return b.named(b.linear("encoder.embedding", x, plan.width), "embedding");
}

// Two linear layers with a shortcut and normalisation before them.
Value feed_forward(Builder& b, const std::string& name, const Value& x, std::int64_t width, float dropout) {
  Value y = b.leaky_relu(b.linear(name + ".1", b.layer_norm(name + ".norm", x), 2 * width));
  if (dropout > 0) y = b.dropout(y, dropout);
  return b.add(x, b.linear(name + ".2", y, width));
}

}  // namespace

Value beat_network(Builder& b, const BeatPlan& plan, std::int64_t time) {
  const Value crops = b.input("crops", Scalar::f32,
                              {{-1, "beat"}, {2 * static_cast<std::int64_t>(lead_count), ""}, {plan.crop_samples, ""}});
  const Value features =
      b.input("features", Scalar::f32, {{-1, "sequence"}, {time, ""}, {static_cast<std::int64_t>(feature_count), ""}});
  const auto dropout = static_cast<float>(plan.dropout);
  const Value tokens = b.named(b.reshape(encoder(b, crops, plan), {-1, time, plan.width}), "tokens");
  // The first feature is 1 for a beat and 0 for a pause or nothing, whose empty crop says nothing.
  const auto at = [&](std::int64_t n) { return b.constant(Tensor::of<std::int64_t>({1}, std::vector{n})); };
  Value x = b.mul(tokens, b.node("Slice", {features, at(0), at(1), at(2)}));
  if (dropout > 0) x = b.dropout(x, dropout);
  x = b.linear("join", b.concat({x, features}, 2), plan.width);
  for (std::size_t layer = 0; layer < plan.bands.size(); ++layer) {
    x = self_attention(b, fmt::format("attention.{}", layer), x, plan.heads, plan.bands[layer]);
    x = feed_forward(b, fmt::format("forward.{}", layer), x, plan.width, dropout);
  }
  return b.named(b.linear("head", b.layer_norm("head.norm", x), beat_classes), "logits");
}

Graph training_graph(const BeatPlan& plan, std::uint64_t seed) {
  Builder b("ecg_rhythm", seed);
  const Value logits = beat_network(b, plan, plan.sequence);
  const Value targets = b.input("targets", Scalar::f32,
                                {{-1, "sequence"}, {plan.sequence, ""}, {static_cast<std::int64_t>(beat_classes), ""}});
  const auto by_class = [&](const Value& x) { return b.transpose(x, {0, 2, 1}); };
  b.output(logits, "logits");
  b.output(soft_cross_entropy(b, by_class(logits), by_class(targets)), "loss");
  return b.build();
}

Graph encoder_of(const Graph& network) {
  return extract(network, {"embedding"});
}

Graph attention_of(const Graph& network, const BeatPlan& plan, std::int64_t time) {
  Builder b("attention", std::nullopt);
  b.output(beat_network(b, plan, time), "logits");
  Graph out = extract(b.build(), {"logits"}, {"tokens"});
  for (auto& [name, tensor] : out.initializers) {
    if (!out.is_parameter(name)) continue;
    const auto trained = network.initializers.find(name);
    if (trained == network.initializers.end() || trained->second.shape() != tensor.shape()) {
      throw Error("network", fmt::format("has no parameter '{}' of the shape that the recipe says", name));
    }
    tensor = trained->second;
  }
  return out;
}

}  // namespace galen::ecg
