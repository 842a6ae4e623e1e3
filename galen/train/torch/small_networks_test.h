#pragma once
// Small networks for the tests in this folder.
#include <fmt/format.h>

#include <cmath>
#include <string>

#include "galen/base/random.h"
#include "galen/graph/builder.h"

namespace galen {

inline Tensor random_tensor(const Shape& shape, std::uint64_t seed, double low = -1, double high = 1) {
  Tensor tensor(Scalar::f32, shape);
  Random random(seed, 0, 0, "test");
  for (float& value : tensor.values<float>()) value = static_cast<float>(random.uniform(low, high));
  return tensor;
}

inline Tensor random_labels(const Shape& shape, std::uint64_t classes, std::uint64_t seed) {
  Tensor tensor(Scalar::i64, shape);
  Random random(seed, 0, 0, "labels");
  for (std::int64_t& value : tensor.values<std::int64_t>()) value = static_cast<std::int64_t>(random.below(classes));
  return tensor;
}

/// Convolution, instance normalisation, leaky ReLU.
inline Value block(Builder& b, const std::string& name, const Value& x, std::int64_t channels, std::int64_t stride) {
  ConvOptions options{.kernel = Shape(x.shape.size() - 2, 3)};
  options.stride = Shape(x.shape.size() - 2, stride);
  return b.leaky_relu(b.instance_norm(name + ".norm", b.conv(name + ".conv", x, channels, options)));
}

/// A plain U-Net: logits [batch, classes, spatial...] of an image [batch, 1, spatial...].
inline Value unet(Builder& b, const Value& image, const Shape& features, std::int64_t classes) {
  const std::size_t axes = image.shape.size() - 2;
  std::vector<Value> skips;
  Value x = image;
  for (std::size_t level = 0; level < features.size(); ++level) {
    const std::string name = fmt::format("encoder.{}", level);
    x = block(b, name + ".0", x, features[level], level == 0 ? 1 : 2);
    x = block(b, name + ".1", x, features[level], 1);
    skips.push_back(x);
  }
  for (std::size_t level = features.size() - 1; level-- > 0;) {
    const std::string name = fmt::format("decoder.{}", level);
    const ConvOptions up{.kernel = Shape(axes, 2), .stride = Shape(axes, 2)};
    x = b.concat({b.conv_transpose(name + ".up", x, features[level], up), skips[level]});
    x = block(b, name + ".0", x, features[level], 1);
    x = block(b, name + ".1", x, features[level], 1);
  }
  return b.conv("head", x, classes, {.kernel = Shape(axes, 1)});
}

/// Cross-entropy minus the soft Dice over batch and space (Isensee et al., nnU-Net, 2021), for labels
/// [batch, spatial...].
inline Value dice_ce(Builder& b, const Value& logits, const Value& labels, std::int64_t classes) {
  Shape axes{0};
  for (std::size_t i = 2; i < logits.shape.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  const Value truth = b.one_hot(labels, classes);
  const Value logs = b.log_softmax(logits), soft = b.softmax(logits);
  Shape all(logits.shape.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  const Value entropy = b.mul(b.reduce("ReduceMean", b.mul(truth, logs), all), -static_cast<float>(classes));
  const Value overlap = b.reduce("ReduceSum", b.mul(truth, soft), axes);
  const Value total = b.add(b.reduce("ReduceSum", truth, axes), b.reduce("ReduceSum", soft, axes));
  const Value dice = b.div(b.mul(overlap, 2), b.add(total, 1e-5f));
  return b.sub(entropy, b.reduce("ReduceMean", dice, {0}));
}

inline Graph unet_graph(const Shape& image, const Shape& features, std::int64_t classes) {
  Builder b("unet", 7);
  std::vector<Dim> dims, label_dims;
  for (const std::int64_t extent : image) dims.push_back({extent, ""});
  label_dims = dims;
  label_dims.erase(label_dims.begin() + 1);
  const Value x = b.input("image", Scalar::f32, dims), labels = b.input("labels", Scalar::i64, label_dims);
  const Value logits = unet(b, x, features, classes);
  b.output(logits, "logits");
  b.output(dice_ce(b, logits, labels, classes), "loss");
  return b.build();
}

}  // namespace galen
