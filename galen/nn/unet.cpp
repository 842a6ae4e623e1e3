#include "galen/nn/unet.h"

#include <fmt/format.h>

#include <algorithm>

#include "galen/nn/blocks.h"

namespace galen {
namespace {

std::string stage_name(const std::string& part, std::size_t stage) {
  return fmt::format("{}.{}", part, stage);
}

Value residual_unit(Builder& b, const std::string& name, const Value& x, std::int64_t channels,
                    const BlockOptions& options) {
  return residual_block(b, name, x, channels, options);
}

// The features of every stage, the finest first.
std::vector<Value> encode(Builder& b, Value x, const UNet& net) {
  std::vector<Value> out;
  if (net.residual) x = conv_block(b, "stem", x, net.features[0], {.kernel = net.kernels[0], .dropout = net.dropout});
  for (std::size_t stage = 0; stage < net.features.size(); ++stage) {
    for (std::int64_t i = 0; i < net.encoder_convs[stage]; ++i) {
      const std::string name = fmt::format("encoder.{}.{}", stage, i);
      const Shape stride = i == 0 ? net.strides[stage] : Shape{};
      const BlockOptions options = {.kernel = net.kernels[stage], .stride = stride, .dropout = net.dropout};
      const auto block = net.residual ? residual_unit : conv_block;
      x = block(b, name, x, net.features[stage], options);
    }
    out.push_back(x);
  }
  return out;
}

void require(bool fits, const std::string& field, const std::string& why) {
  if (!fits) throw Error("U-Net: " + field, "is not sensible", why);
}

}  // namespace

std::vector<Value> unet(Builder& b, const Value& image, const UNet& net) {
  require_valid(net);
  std::vector<Value> skips = encode(b, image, net);
  Value x = skips.back() = b.named(skips.back(), "features");
  b.named(spatial_mean(b, x), "embedding");

  const std::size_t stages = net.features.size();
  const Shape point(static_cast<std::size_t>(net.dims), 1);
  std::vector<Value> logits;
  for (std::size_t stage = stages - 1; stage-- > 0;) {
    const Shape& stride = net.strides[stage + 1];
    x = b.conv_transpose(stage_name("up", stage), x, net.features[stage], {.kernel = stride, .stride = stride});
    x = b.concat({x, skips[stage]});
    for (std::int64_t i = 0; i < net.decoder_convs[stage]; ++i) {
      const std::string name = fmt::format("decoder.{}.{}", stage, i);
      x = conv_block(b, name, x, net.features[stage], {.kernel = net.kernels[stage], .dropout = net.dropout});
    }
    const bool supervised = stage == 0 || (net.deep_supervision && stage + 2 < stages);
    if (!supervised) continue;
    const Value out = b.conv(stage_name("head", stage), x, net.classes, {.kernel = point});
    logits.push_back(b.named(out, stage == 0 ? "logits" : stage_name("logits", stage)));
  }
  std::ranges::reverse(logits);
  return logits;
}

Graph unet_graph(const UNet& net, const Shape& spatial, std::optional<std::uint64_t> seed) {
  Builder b("unet", seed);
  std::vector<Dim> dims = {{-1, "batch"}, {net.in_channels, {}}};
  for (const std::int64_t extent : spatial) dims.push_back({extent, {}});
  b.output(unet(b, b.input("image", Scalar::f32, dims), net).front(), "logits");
  Graph out = b.build();
  return extract(out, {"logits", "embedding"});
}

Shape divisor_of(const UNet& net) {
  Shape out(static_cast<std::size_t>(net.dims), 1);
  for (const Shape& stride : net.strides) {
    for (std::size_t axis = 0; axis < out.size(); ++axis) out[axis] *= stride[axis];
  }
  return out;
}

void require_valid(const UNet& net) {
  const std::size_t stages = net.features.size();
  require(net.dims == 2 || net.dims == 3, "dims", "2 or 3");
  require(net.in_channels > 0, "in_channels", "at least 1");
  require(net.classes > 0, "classes", "at least 1");
  require(stages >= 2 && stages <= 16, "features", "2 to 16 stages");
  require(net.kernels.size() == stages && net.strides.size() == stages, "kernels and strides", "one of each per stage");
  require(net.encoder_convs.size() == stages, "encoder_convs", "one per stage");
  require(net.decoder_convs.size() + 1 == stages, "decoder_convs", "one per stage but the last");
  require(net.dropout >= 0 && net.dropout < 1, "dropout", "from 0 to below 1");
  const auto between = [](std::int64_t low, std::int64_t high) {
    return [low, high](std::int64_t n) { return n >= low && n <= high; };
  };
  require(std::ranges::all_of(net.features, between(1, 1 << 16)), "features", "1 to 65536 channels");
  require(std::ranges::all_of(net.encoder_convs, between(1, 64)), "encoder_convs", "1 to 64");
  require(std::ranges::all_of(net.decoder_convs, between(1, 64)), "decoder_convs", "1 to 64");
  for (std::size_t stage = 0; stage < stages; ++stage) {
    const Shape &kernel = net.kernels[stage], &stride = net.strides[stage];
    require(std::ssize(kernel) == net.dims && std::ssize(stride) == net.dims, "kernels and strides",
            "one entry per axis");
    require(std::ranges::all_of(kernel, [](std::int64_t n) { return n > 0 && n < 64 && n % 2 == 1; }), "kernels",
            "odd, below 64");
    require(std::ranges::all_of(stride, between(1, 8)), "strides", "1 to 8");
  }
}

Json to_json(const UNet& net) {
  return {{"dims", net.dims},
          {"in_channels", net.in_channels},
          {"classes", net.classes},
          {"features", net.features},
          {"kernels", net.kernels},
          {"strides", net.strides},
          {"encoder_convs", net.encoder_convs},
          {"decoder_convs", net.decoder_convs},
          {"residual", net.residual},
          {"deep_supervision", net.deep_supervision},
          {"dropout", net.dropout}};
}

UNet unet_from_json(const JsonView& json) {
  json.only({"dims", "in_channels", "classes", "features", "kernels", "strides", "encoder_convs", "decoder_convs",
             "residual", "deep_supervision", "dropout"});
  UNet out;
  out.dims = json.get<std::int64_t>("dims");
  out.in_channels = json.get<std::int64_t>("in_channels");
  out.classes = json.get<std::int64_t>("classes");
  out.features = json.get<std::vector<std::int64_t>>("features");
  out.kernels = json.get<std::vector<Shape>>("kernels");
  out.strides = json.get<std::vector<Shape>>("strides");
  out.encoder_convs = json.get<std::vector<std::int64_t>>("encoder_convs");
  out.decoder_convs = json.get<std::vector<std::int64_t>>("decoder_convs");
  out.residual = json.get("residual", out.residual);
  out.deep_supervision = json.get("deep_supervision", out.deep_supervision);
  out.dropout = json.get("dropout", out.dropout);
  with_context(json.where(), [&] { require_valid(out); });
  return out;
}

}  // namespace galen
