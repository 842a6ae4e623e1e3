#include "galen/nn/resnet1d.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/nn/blocks.h"

namespace galen {
namespace {

void require(bool fits, const std::string& field, const std::string& why) {
  if (!fits) throw Error("1D residual network: " + field, "is not sensible", why);
}

}  // namespace

Value resnet1d_embedding(Builder& b, const Value& signal, const ResNet1d& net) {
  require_valid(net);
  BlockOptions options = {
      .kernel = {net.kernel}, .stride = {net.stem_stride}, .norm = Norm::batch, .dropout = net.dropout};
  Value x = conv_block(b, "stem", signal, net.features[0], options);
  for (std::size_t stage = 0; stage < net.features.size(); ++stage) {
    for (std::int64_t i = 0; i < net.blocks[stage]; ++i) {
      options.stride = {stage > 0 && i == 0 ? 2 : 1};
      x = residual_block(b, fmt::format("stage.{}.{}", stage, i), x, net.features[stage], options, net.squeeze);
    }
  }
  if (net.heads > 0) {
    const Value over_time = self_attention(b, "attention", b.transpose(x, {0, 2, 1}), net.heads);
    x = b.transpose(over_time, {0, 2, 1});
  }
  x = b.named(x, "features");
  return b.named(spatial_mean(b, x), "embedding");
}

Value resnet1d(Builder& b, const Value& signal, const ResNet1d& net) {
  Value x = resnet1d_embedding(b, signal, net);
  if (net.dropout > 0) x = b.dropout(x, net.dropout);
  return b.named(b.linear("head", x, net.classes), "logits");
}

void require_valid(const ResNet1d& net) {
  const auto between = [](std::int64_t low, std::int64_t high) {
    return [low, high](std::int64_t n) { return n >= low && n <= high; };
  };
  require(net.in_channels > 0, "in_channels", "at least 1");
  require(net.classes > 0, "classes", "at least 1");
  require(!net.features.empty() && net.features.size() <= 16, "features", "1 to 16 stages");
  require(net.blocks.size() == net.features.size(), "blocks", "one per stage");
  require(std::ranges::all_of(net.features, between(1, 1 << 16)), "features", "1 to 65536 channels");
  require(std::ranges::all_of(net.blocks, between(1, 64)), "blocks", "1 to 64");
  require(net.kernel > 0 && net.kernel < 1024 && net.kernel % 2 == 1, "kernel", "odd, below 1024");
  require(between(1, 64)(net.stem_stride), "stem_stride", "1 to 64");
  require(net.squeeze >= 0, "squeeze", "0 or more");
  require(net.heads >= 0 && (net.heads == 0 || net.features.back() % net.heads == 0), "heads",
          "0, or a divisor of the last stage's channels");
  require(net.dropout >= 0 && net.dropout < 1, "dropout", "from 0 to below 1");
}

Json to_json(const ResNet1d& net) {
  return {{"in_channels", net.in_channels}, {"classes", net.classes}, {"features", net.features},
          {"blocks", net.blocks},           {"kernel", net.kernel},   {"stem_stride", net.stem_stride},
          {"squeeze", net.squeeze},         {"heads", net.heads},     {"dropout", net.dropout}};
}

ResNet1d resnet1d_from_json(const JsonView& json) {
  json.only({"in_channels", "classes", "features", "blocks", "kernel", "stem_stride", "squeeze", "heads", "dropout"});
  ResNet1d out;
  out.in_channels = json.get<std::int64_t>("in_channels");
  out.classes = json.get<std::int64_t>("classes");
  out.features = json.get<std::vector<std::int64_t>>("features");
  out.blocks = json.get<std::vector<std::int64_t>>("blocks");
  out.kernel = json.get("kernel", out.kernel);
  out.stem_stride = json.get("stem_stride", out.stem_stride);
  out.squeeze = json.get("squeeze", out.squeeze);
  out.heads = json.get("heads", out.heads);
  out.dropout = json.get("dropout", out.dropout);
  with_context(json.where(), [&] { require_valid(out); });
  return out;
}

}  // namespace galen
