#pragma once
// The weight gradient of a convolution, for processors with AVX2 but without AVX-512: there oneDNN has no direct kernel
// for it with channels last and goes through an unfolded copy, which takes twice as long.
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

/// Whether weight_gradient() is the fastest method on this processor.
bool prefers_own_weight_gradient();

/// Sum over batch and space of x (shifted by kernel position) times dy, laid out [depth, height, width, in, out].
/// x is [batch, image..., in], dy is [batch, result..., out]. The planes are divided into one part per thread; the same
/// number of threads gives the same bits.
std::vector<float> weight_gradient(const DenseConvolution& c, const float* x, const float* dy, int threads);

}  // namespace galen::torch_room
