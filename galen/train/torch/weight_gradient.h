#pragma once
// The gradient of a convolution by its weights, on processors with AVX2 and no AVX-512: oneDNN has no direct kernel for
// it with channels last there and goes through an unfolded copy, which takes twice the time.
#include <array>
#include <cstdint>
#include <vector>

namespace galen::torch_room {

/// A convolution over [depth, height, width] (2D: depth 1) without groups or dilation; channels last in memory.
struct DenseConvolution {
  using Extents = std::array<std::int64_t, 3>;
  std::int64_t batch = 1, in = 1, out = 1;  ///< out: a multiple of 8
  Extents image{}, result{}, kernel{}, stride{}, pad{};
};

/// Whether weight_gradient() is the quickest way here.
bool prefers_own_weight_gradient();

/// Sum over batch and space of x (moved by the kernel) times dy, laid out [depth, height, width, in, out].
/// x is [batch, image..., in], dy is [batch, result..., out]. The planes are cut into as many parts as there are
/// threads; equal numbers of threads give equal bits.
std::vector<float> weight_gradient(const DenseConvolution& c, const float* x, const float* dy, int threads);

}  // namespace galen::torch_room
