#include "tasks/ecg_rhythm/shapes.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::ecg {
namespace {

// A wave about the R peak, in both leads.
std::vector<float> complex_of(double frequency, double height = 1) {
  const BeatPlan plan;
  std::vector<float> out(lead_count * static_cast<std::size_t>(plan.crop_samples));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto x = static_cast<double>(static_cast<std::int64_t>(i) % plan.crop_samples - plan.crop_before);
    out[i] = static_cast<float>(height * std::cos(frequency * x) * std::exp(-x * x / 50));
  }
  return out;
}

std::size_t add(Shapes& shapes, double frequency, double height = 1) {
  return shapes.add(shapes.look(complex_of(frequency, height))).shape;
}

TEST(Shapes, AlikeIsOneAndOthersAreNew) {
  Shapes shapes{BeatPlan{}};
  EXPECT_FALSE(shapes.look(complex_of(0.1)).fits);
  EXPECT_EQ(add(shapes, 0.1), 0u);
  EXPECT_EQ(add(shapes, 1), 1u);
  EXPECT_EQ(add(shapes, 0.12, 1.1), 0u);
  const Shapes::Look look = shapes.look(complex_of(1, 0.9));
  EXPECT_TRUE(look.fits);
  EXPECT_EQ(look.nearest, 1u);
  EXPECT_EQ(shapes.count(), 2u);
}

TEST(Shapes, TheyDriftWithTheirBeats) {
  Shapes shapes{BeatPlan{}};
  double height = 1;
  for (int i = 0; i < 300; ++i, height *= 1.01) ASSERT_EQ(add(shapes, 0.1, height), 0u) << height;
}

TEST(Shapes, WhatIsRareGivesWay) {
  Shapes shapes{BeatPlan{}};
  for (int i = 0; i < 3; ++i) add(shapes, 2);
  double height = 1e-4;
  for (std::size_t i = 0; i < 2 * Shapes::most_shapes; ++i, height *= 1.8) add(shapes, 0.3, height);
  EXPECT_EQ(shapes.count(), Shapes::most_shapes);
  EXPECT_TRUE(shapes.look(complex_of(2)).fits) << "it has had three beats";
  EXPECT_FALSE(shapes.look(complex_of(0.3, 1e-4)).fits) << "the first of the others";
  EXPECT_TRUE(shapes.look(complex_of(0.3, height / 1.8)).fits) << "the last";
}

}  // namespace
}  // namespace galen::ecg
