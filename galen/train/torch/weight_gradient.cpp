#include "galen/train/torch/weight_gradient.h"

#include <ATen/Parallel.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>

namespace galen::torch_room {

#if defined(__x86_64__)
namespace {

constexpr int lanes = 8;      // floats in an AVX2 register
constexpr int most_taps = 3;  // 3 taps x 4 registers of output channels use 12 of the 16 registers
constexpr int most_vectors = 4;

/// Work for the innermost loop: some rows of one input channel with a block of output channels.
struct Rows {
  const float* x;  ///< one channel, padded: [row][column]
  std::int64_t x_row, x_column;
  const float* dy;  ///< [row][column][channel]
  std::int64_t dy_row, dy_column;
  std::int64_t rows, columns;
  float* gradient;  ///< [tap][..][channel]
  std::int64_t gradient_tap;
};

template <int taps, int vectors>
__attribute__((target("avx2,fma"))) void add_rows(const Rows& r) {
  __m256 sums[taps][vectors];
#pragma GCC unroll 8
  for (int t = 0; t < taps; ++t) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) sums[t][v] = _mm256_loadu_ps(r.gradient + t * r.gradient_tap + lanes * v);
  }
  for (std::int64_t row = 0; row < r.rows; ++row) {
    const float* x = r.x + row * r.x_row;
    const float* dy = r.dy + row * r.dy_row;
    for (std::int64_t i = 0; i < r.columns; ++i, x += r.x_column, dy += r.dy_column) {
      __m256 change[vectors];
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) change[v] = _mm256_loadu_ps(dy + lanes * v);
#pragma GCC unroll 8
      for (int t = 0; t < taps; ++t) {
        const __m256 value = _mm256_broadcast_ss(x + t);
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) sums[t][v] = _mm256_fmadd_ps(value, change[v], sums[t][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int t = 0; t < taps; ++t) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) _mm256_storeu_ps(r.gradient + t * r.gradient_tap + lanes * v, sums[t][v]);
  }
}

using AddRows = void (*)(const Rows&);
constexpr AddRows add_rows_table[most_taps][most_vectors] = {
    {add_rows<1, 1>, add_rows<1, 2>, add_rows<1, 3>, add_rows<1, 4>},
    {add_rows<2, 1>, add_rows<2, 2>, add_rows<2, 3>, add_rows<2, 4>},
    {add_rows<3, 1>, add_rows<3, 2>, add_rows<3, 3>, add_rows<3, 4>},
};

/// One plane of the image with padding, channels first.
class PaddedPlane {
 public:
  explicit PaddedPlane(const DenseConvolution& c)
      : rows_(c.image[1] + 2 * c.pad[1]),
        columns_(c.image[2] + 2 * c.pad[2]),
        values_(static_cast<std::size_t>(rows_ * columns_ * c.in)) {}

  void fill(const DenseConvolution& c, const float* plane) {
    for (std::int64_t row = 0; row < c.image[1]; ++row) {
      const float* from = plane + row * c.image[2] * c.in;
      float* to = values_.data() + (row + c.pad[1]) * columns_ + c.pad[2];
      for (std::int64_t channel = 0; channel < c.in; ++channel, to += rows_ * columns_) {
        for (std::int64_t i = 0; i < c.image[2]; ++i) to[i] = from[i * c.in + channel];
      }
    }
  }
  const float* at(std::int64_t channel, std::int64_t row, std::int64_t column) const {
    return values_.data() + (channel * rows_ + row) * columns_ + column;
  }
  std::int64_t columns() const { return columns_; }

 private:
  std::int64_t rows_, columns_;
  std::vector<float> values_;
};

/// Adds the contribution of one plane of the result and one of the image, for one depth of the kernel.
void add_plane(const DenseConvolution& c, const PaddedPlane& image, const float* dy, float* gradient) {
  const auto [unused_depth, height, width] = c.result;
  constexpr std::int64_t cache_floats = 4096;  // part of dy that stays in the L1 cache
  const std::int64_t at_once = std::clamp<std::int64_t>(cache_floats / (width * most_vectors * lanes), 1, height);
  for (std::int64_t row = 0; row < height; row += at_once) {
    for (std::int64_t kh = 0; kh < c.kernel[1]; ++kh) {
      for (std::int64_t kw = 0; kw < c.kernel[2]; kw += most_taps) {
        const auto taps = std::min<std::int64_t>(c.kernel[2] - kw, most_taps);
        for (std::int64_t out = 0; out < c.out; out += most_vectors * lanes) {
          const auto vectors = std::min<std::int64_t>((c.out - out) / lanes, most_vectors);
          const AddRows add = add_rows_table[taps - 1][vectors - 1];
          for (std::int64_t in = 0; in < c.in; ++in) {
            add({image.at(in, row * c.stride[1] + kh, kw), image.columns() * c.stride[1], c.stride[2],
                 dy + row * width * c.out + out, width * c.out, c.out, std::min(at_once, height - row), width,
                 gradient + ((kh * c.kernel[2] + kw) * c.in + in) * c.out + out, c.in * c.out});
          }
        }
      }
    }
  }
}

/// Adds the contributions of planes [begin, end), counted over all images of the batch.
void add_planes(const DenseConvolution& c, const float* x, const float* dy, std::int64_t begin, std::int64_t end,
                float* gradient) {
  PaddedPlane image(c);
  const std::int64_t x_plane = c.image[1] * c.image[2] * c.in, dy_plane = c.result[1] * c.result[2] * c.out;
  const std::int64_t gradient_plane = c.kernel[1] * c.kernel[2] * c.in * c.out;
  for (std::int64_t plane = begin; plane < end; ++plane) {
    const std::int64_t sample = plane / c.image[0], depth = plane % c.image[0];
    image.fill(c, x + plane * x_plane);
    for (std::int64_t kd = 0; kd < c.kernel[0]; ++kd) {
      const std::int64_t moved = depth + c.pad[0] - kd, result = moved / c.stride[0];
      if (moved < 0 || moved % c.stride[0] != 0 || result >= c.result[0]) continue;
      add_plane(c, image, dy + (sample * c.result[0] + result) * dy_plane, gradient + kd * gradient_plane);
    }
  }
}

}  // namespace

bool prefers_own_weight_gradient() {
  static const bool prefers = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                              __builtin_cpu_supports("avx512f") == 0;
  return prefers;
}

std::vector<float> weight_gradient(const DenseConvolution& c, const float* x, const float* dy, int threads) {
  const auto count = static_cast<std::size_t>(c.kernel[0] * c.kernel[1] * c.kernel[2] * c.in * c.out);
  const std::int64_t planes = c.batch * c.image[0], parts = std::min<std::int64_t>(threads, planes);
  std::vector<std::vector<float>> sums(static_cast<std::size_t>(parts));
  at::parallel_for(0, parts, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t part = first; part < last; ++part) {
      std::vector<float>& sum = sums[static_cast<std::size_t>(part)];
      sum.assign(count, 0.0f);
      add_planes(c, x, dy, part * planes / parts, (part + 1) * planes / parts, sum.data());
    }
  });
  for (std::size_t part = 1; part < sums.size(); ++part) {
    for (std::size_t i = 0; i < count; ++i) sums[0][i] += sums[part][i];
  }
  return std::move(sums[0]);
}

#else

bool prefers_own_weight_gradient() {
  return false;
}
std::vector<float> weight_gradient(const DenseConvolution&, const float*, const float*, int) {
  return {};
}

#endif

}  // namespace galen::torch_room
