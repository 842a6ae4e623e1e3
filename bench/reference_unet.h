#pragma once
// The network that engines are compared on: the 3D U-Net that nnU-Net plans for a large organ at 128^3.
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

}  // namespace galen::bench
