#include <algorithm>
#include <cmath>

#include "galen/prep/augment_steps.h"
#include "galen/prep/resample.h"

namespace galen {
namespace {

struct Statistics {
  float mean = 0, deviation = 0, least = 0, greatest = 0;
};

Statistics statistics(std::span<const float> values) {
  double sum = 0, squares = 0;
  Statistics s{.least = values[0], .greatest = values[0]};
  for (const float v : values) {
    sum += static_cast<double>(v);
    s.least = std::min(s.least, v);
    s.greatest = std::max(s.greatest, v);
  }
  const double mean = sum / static_cast<double>(values.size());
  for (const float v : values) squares += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean);
  s.mean = static_cast<float>(mean);
  s.deviation = static_cast<float>(std::sqrt(squares / static_cast<double>(values.size())));
  return s;
}

// Gives values the mean and standard deviation of `wanted`.
void restore(std::span<float> values, const Statistics& wanted) {
  const Statistics now = statistics(values);
  const float factor = now.deviation > 0 ? wanted.deviation / now.deviation : 0;
  for (float& v : values) v = (v - now.mean) * factor + wanted.mean;
}

void add_noise(std::span<float> values, double deviation, Random& random) {
  for (float& v : values) v += static_cast<float>(deviation * random.normal());
}

// One pass of a Gaussian along the middle axis of [outer, n, inner]; the border values continue outside.
void blur_axis(std::span<float> values, std::size_t outer, std::size_t n, std::size_t inner,
               const std::vector<float>& kernel) {
  const std::size_t radius = kernel.size() - 1;
  std::vector<float> lines((n + 2 * radius) * inner);
  for (std::size_t o = 0; o < outer; ++o) {
    float* block = values.data() + o * n * inner;
    for (std::size_t k = 0; k < n + 2 * radius; ++k) {
      const std::size_t source = std::clamp(k, radius, n - 1 + radius) - radius;
      std::copy_n(block + source * inner, inner, lines.data() + k * inner);
    }
    for (std::size_t k = 0; k < n; ++k) {
      float* to = block + k * inner;
      const float* middle = lines.data() + (k + radius) * inner;
      for (std::size_t i = 0; i < inner; ++i) to[i] = kernel[0] * middle[i];
      for (std::size_t r = 1; r <= radius; ++r) {
        const float *before = middle - r * inner, *behind = middle + r * inner;
        for (std::size_t i = 0; i < inner; ++i) to[i] += kernel[r] * (before[i] + behind[i]);
      }
    }
  }
}

void blur(std::span<float> values, const Index3& size, double deviation) {
  if (!(deviation > 0)) return;
  std::vector<float> kernel;  // from the centre outwards, to four standard deviations as in scipy
  const auto radius = static_cast<int>(std::lround(4 * deviation));
  double sum = 0;
  for (int r = 0; r <= radius; ++r) {
    const double w = std::exp(-0.5 * r * r / (deviation * deviation));
    sum += r == 0 ? w : 2 * w;
    kernel.push_back(static_cast<float>(w));
  }
  for (float& w : kernel) w = static_cast<float>(static_cast<double>(w) / sum);
  const auto nx = static_cast<std::size_t>(size[0]), ny = static_cast<std::size_t>(size[1]),
             nz = static_cast<std::size_t>(size[2]);
  if (nx > 1) blur_axis(values, ny * nz, nx, 1, kernel);
  if (ny > 1) blur_axis(values, nz, ny, nx, kernel);
  if (nz > 1) blur_axis(values, 1, nz, nx * ny, kernel);
}

void raise_contrast(std::span<float> values, double factor) {
  const Statistics s = statistics(values);
  const auto f = static_cast<float>(factor);
  for (float& v : values) v = std::clamp((v - s.mean) * f + s.mean, s.least, s.greatest);
}

// Resamples to a coarser grid (nearest) and back (cubic), as a coarser acquisition would be shown.
void lower_resolution(std::span<float> values, const Grid& grid, double factor) {
  Vec3 spacing = grid.spacing_mm;
  for (double& s : spacing) s /= factor;
  const Image fine{grid, 1, {values.begin(), values.end()}};
  const Image coarse = resampled(fine, grid_with_spacing(grid, spacing), Interpolation::nearest);
  const Image back = resampled(coarse, grid, Interpolation::cubic);
  std::copy(back.values.begin(), back.values.end(), values.begin());
}

// A coil's sensitivity multiplies what exceeds the darkest voxel; then the mean and deviation are restored.
void apply_bias(std::span<float> values, const Index3& size, double deviation, Random& random) {
  const Statistics s = statistics(values);
  const auto longest = static_cast<double>(*std::max_element(size.begin(), size.end()));
  SmoothField field(size, std::max(1.0, longest / 2), random);
  std::vector<float> row(static_cast<std::size_t>(size[0]));
  float* v = values.data();
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      field.row(y, z, row);
      for (const float f : row) {
        *v = (*v - s.least) * std::exp(static_cast<float>(deviation) * f) + s.least;
        ++v;
      }
    }
  }
  restore(values, s);
}

void apply_gamma(std::span<float> values, double gamma) {
  const Statistics s = statistics(values);
  const float range = s.greatest - s.least, exponent = static_cast<float>(gamma);
  if (!(range > 0)) return;
  for (float& v : values) v = std::pow(std::clamp((v - s.least) / range, 0.0f, 1.0f), exponent) * range + s.least;
  restore(values, s);
}

void negate(std::span<float> values) {
  for (float& v : values) v = -v;
}

// If the draw applies, calls change(channel, strength) for each channel with probability `share`.
template <class Change>
void vary(Image& patch, const Draw& what, Random& random, double share, bool factor, Change&& change) {
  const bool happens = random.chance(what.probability);
  for (int c = 0; c < patch.channels; ++c) {
    const Draw one{happens ? share : 0, what.low, what.high};
    const Strength strength = factor ? draw_factor(one, random) : draw(one, random);
    if (strength.happens) change(patch.channel(c), strength.value);
  }
}

}  // namespace

void vary_intensities(Image& patch, const Augmentation& augmentation, Random& random) {
  const Index3 size = patch.grid.size;
  using Values = std::span<float>;
  vary(patch, augmentation.noise, random, 1, false, [&](Values v, double s) { add_noise(v, s, random); });
  vary(patch, augmentation.blur, random, 0.5, false, [&](Values v, double s) { blur(v, size, s); });
  vary(patch, augmentation.brightness, random, 1, true, [](Values v, double s) {
    for (float& x : v) x *= static_cast<float>(s);
  });
  vary(patch, augmentation.shift, random, 1, false, [](Values v, double s) {
    for (float& x : v) x += static_cast<float>(s);
  });
  vary(patch, augmentation.contrast, random, 1, true, raise_contrast);
  vary(patch, augmentation.low_resolution, random, 0.5, false,
       [&](Values v, double s) { lower_resolution(v, patch.grid, s); });
  vary(patch, augmentation.bias_field, random, 1, false, [&](Values v, double s) { apply_bias(v, size, s, random); });
  vary(patch, augmentation.inverted_gamma, random, 1, true, [](Values v, double s) {
    negate(v);
    apply_gamma(v, s);
    negate(v);
  });
  vary(patch, augmentation.gamma, random, 1, true, apply_gamma);
}

}  // namespace galen
