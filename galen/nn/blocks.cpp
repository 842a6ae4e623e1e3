#include "galen/nn/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace galen {
namespace {

Value conv_norm(Builder& b, const std::string& name, Value x, std::int64_t channels, const BlockOptions& options,
                bool bias = true) {
  x = b.conv(name + ".conv", x, channels, {.kernel = options.kernel, .stride = options.stride, .bias = bias});
  if (options.dropout > 0) x = b.dropout(x, options.dropout);
  return options.norm == Norm::batch ? b.batch_norm(name + ".norm", x) : b.instance_norm(name + ".norm", x);
}

Value shortcut(Builder& b, const std::string& name, Value x, std::int64_t channels, const BlockOptions& options) {
  const bool pooled = std::ranges::any_of(options.stride, [](std::int64_t n) { return n != 1; });
  if (pooled) x = b.average_pool(x, options.stride, options.stride);
  if (x.shape[1] == channels) return x;
  return conv_norm(b, name, x, channels, {.kernel = Shape(options.kernel.size(), 1), .norm = options.norm}, false);
}

// [head, time, time]: a parameter for each head and distance inside the band, effectively minus infinity outside.
Value band_bias(Builder& b, const std::string& name, std::int64_t time, std::int64_t heads, const Band& band) {
  if (time < 1) throw Error("layer '" + name + "'", "has a band over a time that is not fixed");
  const std::int64_t width = band.before + 1 + band.after;
  Tensor outside(Scalar::f32, {time, time}), distance(Scalar::i64, {time * time});
  for (std::int64_t i = 0; i < time * time; ++i) {
    const std::int64_t offset = i % time - i / time + band.before;
    const bool inside = offset >= 0 && offset < width;
    outside.values<float>()[static_cast<std::size_t>(i)] = inside ? 0 : -1e4f;
    distance.values<std::int64_t>()[static_cast<std::size_t>(i)] = inside ? offset : 0;
  }
  const Value learned = b.parameter(name + ".distance", Tensor(Scalar::f32, {heads, width}));
  const Value spread = b.node("Gather", {learned, b.constant(distance)}, {{"axis", std::int64_t{1}}});
  return b.add(b.reshape(spread, {heads, time, time}), b.constant(outside));
}

}  // namespace

Value conv_block(Builder& b, const std::string& name, const Value& x, std::int64_t channels,
                 const BlockOptions& options) {
  return b.leaky_relu(conv_norm(b, name, x, channels, options));
}

Value residual_block(Builder& b, const std::string& name, const Value& x, std::int64_t channels,
                     const BlockOptions& options, std::int64_t squeeze) {
  BlockOptions second = options;
  second.stride.clear();
  Value y = conv_block(b, name + ".1", x, channels, options);
  y = conv_norm(b, name + ".2", y, channels, second);
  if (squeeze > 0) y = squeeze_excite(b, name + ".squeeze", y, squeeze);
  return b.leaky_relu(b.add(y, shortcut(b, name + ".skip", x, channels, options)));
}

Value squeeze_excite(Builder& b, const std::string& name, const Value& x, std::int64_t reduction) {
  const std::int64_t channels = x.shape[1];
  Value weight = b.relu(b.linear(name + ".down", spatial_mean(b, x), std::max<std::int64_t>(1, channels / reduction)));
  weight = b.sigmoid(b.linear(name + ".up", weight, channels));
  Shape shape(x.shape.size(), 1);
  shape[0] = -1;
  shape[1] = channels;
  return b.mul(x, b.reshape(weight, shape));
}

Value self_attention(Builder& b, const std::string& name, const Value& x, std::int64_t heads,
                     const std::optional<Band>& band, Ends ends) {
  const std::int64_t channels = x.shape.back();
  if (heads < 1 || channels % heads != 0) {
    throw Error("layer '" + name + "'", "has heads that do not divide its channels",
                fmt::format("{} heads, {} channels", heads, channels));
  }
  const std::int64_t width = channels / heads, time = x.shape[1];
  // The output positions along the second axis.
  const auto asked = [&](const Value& all) {
    return band && ends == Ends::cut ? b.slice(all, 1, band->before, time - band->after) : all;
  };
  const Value normal = b.layer_norm(name + ".norm", x);
  const auto project = [&](const std::string& what, const Value& from, const Shape& order) {
    const Value wide = b.linear(name + "." + what, from, channels);  // [batch, head, time, width], reordered
    return b.transpose(b.reshape(wide, {0, 0, heads, width}), order);
  };
  const Value query = project("query", asked(normal), {0, 2, 1, 3});
  const Value value = project("value", normal, {0, 2, 1, 3});
  const Value key = project("key", normal, {0, 2, 3, 1});  // [batch, head, width, time]
  const float scale = 1 / std::sqrt(static_cast<float>(width));
  Value agreement = b.mul(b.node("MatMul", {query, key}), scale);
  if (band) agreement = b.add(agreement, asked(band_bias(b, name, time, heads, *band)));
  const Value weights = b.softmax(agreement, -1);
  const Value seen = b.transpose(b.node("MatMul", {weights, value}), {0, 2, 1, 3});
  return b.add(asked(x), b.linear(name + ".out", b.reshape(seen, {0, 0, channels}), channels));
}

Value spatial_mean(Builder& b, const Value& x) {
  Shape axes(x.shape.size() - 2);
  std::iota(axes.begin(), axes.end(), 2);
  return b.reduce("ReduceMean", x, axes);
}

}  // namespace galen
