#include "tasks/signal_classify/network.h"

#include <algorithm>
#include <cmath>

#include "galen/metric/stats.h"
#include "galen/nn/loss.h"

namespace galen::classify {
namespace {

constexpr float most_deviations = 4;  // at which a feature is clipped
constexpr double alone_weight = 0.3;  // in the loss, of each part's own prediction
constexpr double most_scale = 1e4;    // keeps constants within f16

struct Parts {
  Value embedding, features;
};

Value row(Builder& b, const std::vector<float>& values, const std::string& hint) {
  return b.constant(Tensor::of<float>({1, std::ssize(values)}, values), hint);
}

Parts parts_of(Builder& b, const StripPlan& plan, const FeatureScale& scale) {
  const std::int64_t count = std::ssize(scale.centre);
  const Value signal =
      b.input("signal", Scalar::f32, {{-1, "batch"}, {plan.encoder.in_channels, ""}, {plan.window(), ""}});
  const Value values = b.input("values", Scalar::f32, {{-1, "batch"}, {count, ""}});
  const Value known = b.input("known", Scalar::f32, {{-1, "batch"}, {count, ""}});
  Value x = b.mul(b.sub(values, row(b, scale.centre, "feature_centre")), row(b, scale.scale, "feature_scale"));
  const auto limit = [&](float v) { return b.constant(Tensor::scalar(v), "limit"); };
  x = b.mul(b.node("Clip", {x, limit(-most_deviations), limit(most_deviations)}), known);
  const auto dropout = static_cast<float>(plan.dropout);
  if (dropout > 0) x = b.dropout(x, dropout / 2);
  x = b.leaky_relu(b.linear("features.hidden", x, plan.hidden));
  if (dropout > 0) x = b.dropout(x, dropout);
  Value embedding = resnet1d_embedding(b, signal, plan.encoder);
  if (dropout > 0) embedding = b.dropout(embedding, dropout);
  return {embedding, x};
}

}  // namespace

FeatureScale scale_of(const std::vector<Features>& of) {
  FeatureScale out;
  const std::size_t count = of.empty() ? 0 : of.front().values.size();
  for (std::size_t f = 0; f < count; ++f) {
    std::vector<double> known;
    for (const Features& one : of) {
      if (!std::isnan(one.values[f])) known.push_back(std::clamp(one.values[f], -greatest_feature, greatest_feature));
    }
    const double low = quantile(known, 0.01), high = quantile(known, 0.99);
    for (double& v : known) v = std::clamp(v, low, high);
    const double deviation = standard_deviation(known);
    out.centre.push_back(known.empty() ? 0.f : static_cast<float>(mean(known)));
    out.scale.push_back(deviation > 0 ? static_cast<float>(std::min(most_scale, 1 / deviation)) : 0.f);
  }
  return out;
}

Graph training_graph(const StripPlan& plan, const FeatureScale& scale, std::int64_t classes, std::uint64_t seed) {
  Builder b("signal_classify", seed);
  const Parts parts = parts_of(b, plan, scale);
  const Value logits = b.named(b.linear("head", b.concat({parts.embedding, parts.features}), classes), "logits");
  const Value targets = b.input("targets", Scalar::f32, {{-1, "batch"}, {classes, ""}});
  const auto alone = [&](const std::string& name, const Value& part) {
    return b.mul(soft_cross_entropy(b, b.linear(name, part, classes), targets), static_cast<float>(alone_weight));
  };
  const Value loss = soft_cross_entropy(b, logits, targets);
  b.output(logits, "logits");
  b.output(b.add(loss, b.add(alone("alone.signal", parts.embedding), alone("alone.features", parts.features))), "loss");
  return b.build();
}

}  // namespace galen::classify
