#pragma once
// The network that engines are compared on: the 3D U-Net that nnU-Net plans for a large organ at 128^3.
#include <cmath>

#include "galen/base/random.h"
#include "galen/nn/unet.h"

namespace galen::bench {

/// Features 32, 64, 128, 256, 320, 320; one input channel, three classes, two convolutions per stage.
inline UNet reference_unet() {
  UNet net;
  net.classes = 3;
  net.features = {32, 64, 128, 256, 320, 320};
  net.kernels.assign(6, Shape{3, 3, 3});
  net.strides.assign(6, Shape{2, 2, 2});
  net.strides.front() = {1, 1, 1};
  net.encoder_convs.assign(6, 2);
  net.decoder_convs.assign(5, 2);
  net.deep_supervision = false;
  return net;
}

inline constexpr std::int64_t reference_extent = 128;

// What a training step learns from: noise, and a ball of two classes in the middle.
inline constexpr std::int64_t training_batch = 2;

inline Tensor training_image(std::int64_t extent) {
  Tensor image(Scalar::f32, {training_batch, 1, extent, extent, extent});
  Random random(1, 0, 0, "image");
  for (float& value : image.values<float>()) value = static_cast<float>(random.normal());
  return image;
}

inline Tensor training_labels(std::int64_t extent) {
  Tensor labels(Scalar::i64, {training_batch, extent, extent, extent});
  std::size_t at = 0;
  for (std::int64_t b = 0; b < training_batch; ++b) {
    for (std::int64_t z = 0; z < extent; ++z) {
      for (std::int64_t y = 0; y < extent; ++y) {
        for (std::int64_t x = 0; x < extent; ++x) {
          const double r = std::hypot(double(2 * z - extent), double(2 * y - extent), double(2 * x - extent));
          labels.values<std::int64_t>()[at++] = r > 0.6 * double(extent) ? 0 : z < extent / 2 ? 1 : 2;
        }
      }
    }
  }
  return labels;
}

}  // namespace galen::bench
