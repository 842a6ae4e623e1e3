#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "galen/base/random.h"

namespace galen {

constexpr float nan_sample = std::numeric_limits<float>::quiet_NaN();

/// The signal of scripts/reference/signals.py.
inline std::vector<float> wave(std::size_t n) {
  std::vector<float> samples(n);
  for (std::size_t k = 0; k < n; ++k) {
    const double i = static_cast<double>(k);
    samples[k] =
        static_cast<float>(std::sin(0.07 * i) + 0.5 * std::cos(0.9 * i) + 0.3 * std::sin(0.002 * i * i) + 0.01 * i);
  }
  return samples;
}

/// wave() with gaps of 1 and 37 samples, and one at the beginning.
inline std::vector<float> wave_with_gaps(std::size_t n) {
  std::vector<float> samples = wave(n);
  const auto gap = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < std::min(end, n); ++i) samples[i] = nan_sample;
  };
  gap(0, 3);
  gap(n / 3, n / 3 + 1);
  gap(n / 2, n / 2 + 37);
  return samples;
}

/// Expects equal samples, where NaN equals NaN.
inline void expect_same(std::span<const float> a, std::span<const float> b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::isnan(a[i]) && std::isnan(b[i]))) {
      ASSERT_EQ(a[i], b[i]) << "at " << i;
    }
  }
}

inline void expect_near(std::span<const float> values, std::span<const double> wanted, double tolerance) {
  ASSERT_EQ(values.size(), wanted.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_NEAR(static_cast<double>(values[i]), wanted[i], tolerance) << "at " << i;
}

/// Passes the samples to push(span) in pieces of random lengths, some of them empty.
void in_random_pieces(std::span<const float> samples, std::uint64_t seed, const auto& push) {
  Random random(seed, 0, 0, "pieces");
  while (!samples.empty()) {
    const std::size_t n = std::min<std::size_t>(samples.size(), random.below(random.uniform() < 0.2 ? 3000 : 40));
    push(samples.first(n));
    samples = samples.subspan(n);
  }
}

}  // namespace galen
