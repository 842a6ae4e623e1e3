#include "galen/prep/resample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <set>

#include "galen/base/error.h"
#include "galen/base/random.h"
#include "galen/base/threads.h"
#include "galen/prep/argmax_resampler.h"
#include "galen/prep/grids_test.h"

namespace galen {
namespace {

#include "galen/prep/reference_values.inc"

// Rotated about z, and moved.
Grid oblique(Grid grid, double degrees, Vec3 origin) {
  const double angle = degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
  grid.direction = {{{c, -s, 0}, {s, c, 0}, {0, 0, 1}}};
  grid.origin_mm = origin;
  return grid;
}

// The image of scripts/reference/prep.py.
Image reference_image() {
  return filled(grid_of(7, 6, 5), [](double x, double y, double z) {
    return std::sin(0.9 * x) + std::cos(0.7 * y) * 0.5 + std::sin(0.4 * x * y) * 0.3 + 0.1 * z;
  });
}

// The same corners with another number of voxels.
Grid refined(const Grid& grid, Index3 size) {
  Vec3 spacing;
  for (std::size_t a = 0; a < 3; ++a) {
    spacing[a] = grid.spacing_mm[a] * static_cast<double>(grid.size[a]) / static_cast<double>(size[a]);
  }
  return grid_with_spacing(grid, spacing);
}

template <std::size_t N>
void expect_values(const Image& image, const double (&expected)[N], double tolerance = 2e-5) {
  ASSERT_EQ(image.values.size(), N);
  for (std::size_t i = 0; i < N; ++i) ASSERT_NEAR(image.values[i], expected[i], tolerance) << "value " << i;
}

Image random_image(const Grid& grid, int channels) {
  Image image = blank_image(grid, channels);
  Random random(1, 0, 0, "test");
  for (float& v : image.values) v = static_cast<float>(random.normal());
  return image;
}

// A ball of class 2 in a shell of class 5.
Labels ball(const Grid& grid, double radius_mm, Vec3 centre_mm) {
  Labels labels = blank_labels(grid);
  std::size_t i = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++i) {
        const Vec3 p = grid.to_world({double(x), double(y), double(z)});
        const double d = std::hypot(p[0] - centre_mm[0], p[1] - centre_mm[1], p[2] - centre_mm[2]);
        if (d < radius_mm) labels.values[i] = d < 0.7 * radius_mm ? 2 : 5;
      }
    }
  }
  return labels;
}

double volume_ml(const Labels& labels, int value) {
  const auto n = std::count(labels.values.begin(), labels.values.end(), value);
  return static_cast<double>(n) * labels.grid.voxel_volume_ml();
}

TEST(GridWithSpacing, KeepsTheCorners) {
  const Grid grid = oblique(grid_of(10, 7, 3, {0.5, 1, 3}), 30, {4, 5, 6});
  const Grid coarse = grid_with_spacing(grid, {1, 0.6, 3});
  EXPECT_EQ(coarse.size, (Index3{5, 12, 3}));
  const Vec3 corner = grid.to_world({-0.5, -0.5, -0.5}), same = coarse.to_world({-0.5, -0.5, -0.5});
  const Vec3 far = grid.to_world({9.5, 6.5, 2.5}), far_same = coarse.to_world({4.5, 11.5, 2.5});
  for (std::size_t a = 0; a < 3; ++a) {
    EXPECT_NEAR(corner[a], same[a], 1e-9);
    EXPECT_NEAR(far[a], far_same[a], 1e-9);
  }
  EXPECT_THROW(grid_with_spacing(grid, {1, 0, 1}), Error);
  EXPECT_THROW(grid_with_spacing(grid_of(256, 256, 256, {500, 500, 500}), {1, 1, 1}), Error);  // micrometres as mm
}

TEST(Resampled, OntoTheSameGridIsExact) {
  const Image image = random_image(oblique(grid_of(9, 8, 7, {0.7, 1.1, 2}), 12, {-3, 4, 5}), 2);
  for (const auto how : {Interpolation::linear, Interpolation::cubic, Interpolation::nearest}) {
    EXPECT_EQ(resampled(image, image.grid, how).values, image.values);
  }
}

TEST(Resampled, CubicAgreesWithScipyZoom) {
  const Image image = reference_image();
  expect_values(resampled(image, refined(image.grid, {10, 9, 6}), Interpolation::cubic), cubic_finer);
  expect_values(resampled(image, refined(image.grid, {5, 4, 3}), Interpolation::cubic), cubic_coarser);
}

TEST(Resampled, LinearAgreesWithScipyZoom) {
  const Image image = reference_image();
  expect_values(resampled(image, refined(image.grid, {10, 9, 6}), Interpolation::linear), linear_finer);
}

TEST(Resampled, ObliqueGridsAgreeWithScipyMapCoordinates) {
  const Image image = reference_image();
  const Grid target = oblique(grid_of(3, 3, 2), 20, {2.2, 1.4, 1.25});
  expect_values(resampled(image, target, Interpolation::cubic), cubic_oblique);
  expect_values(resampled(image, target, Interpolation::linear), linear_oblique);
}

TEST(Resampled, LinearFieldsAreExactInsideOnAnyGrid) {
  const Grid grid = grid_of(20, 18, 16, {0.8, 1.2, 1.5});
  const auto field = [](const Vec3& p) { return 3 * p[0] - 2 * p[1] + 0.5 * p[2] + 7; };
  const Image image = filled(grid, [&](int x, int y, int z) { return field(grid.to_world({1. * x, 1. * y, 1. * z})); });
  const Grid aligned = [&] {
    Grid g = grid_of(9, 9, 9, {0.5, 0.7, 0.9});
    g.origin_mm = {5, 6, 7};
    return g;
  }();
  for (const Grid& target : {aligned, oblique(grid_of(6, 6, 6, {0.9, 0.7, 1.1}), 25, {7, 6, 8})}) {
    for (const auto how : {Interpolation::linear, Interpolation::cubic}) {
      const Image out = resampled(image, target, how);
      const Image expected =
          filled(target, [&](int x, int y, int z) { return field(target.to_world({1. * x, 1. * y, 1. * z})); });
      for (std::size_t i = 0; i < out.values.size(); ++i) {
        ASSERT_NEAR(out.values[i], expected.values[i], how == Interpolation::linear ? 2e-5 : 0.02);
      }
    }
  }
}

TEST(Resampled, ConstantsStayConstantBeyondTheBorder) {
  Image image = blank_image(grid_of(5, 1, 4), 1);
  std::fill(image.values.begin(), image.values.end(), 3.5f);
  Grid target = grid_of(12, 3, 9, {0.9, 2, 0.8});
  target.origin_mm = {-3, -2, -2};
  for (const Grid& grid : {target, oblique(target, 33, target.origin_mm)}) {
    for (const auto how : {Interpolation::linear, Interpolation::cubic, Interpolation::nearest}) {
      for (const float v : resampled(image, grid, how).values) ASSERT_NEAR(v, 3.5, 1e-5);
    }
  }
}

TEST(Resampled, ObliqueAndAxisWiseWaysAgree) {
  const Image image = random_image(grid_of(8, 9, 7), 1);
  Grid aligned = grid_of(7, 6, 5, {0.9, 1.1, 1.2});
  aligned.origin_mm = {0.3, 0.8, 0.4};
  const Grid nearly = oblique(aligned, 0.01, aligned.origin_mm);  // turned just enough to be resampled point by point
  for (const auto how : {Interpolation::linear, Interpolation::cubic, Interpolation::nearest}) {
    const Image a = resampled(image, aligned, how), b = resampled(image, nearly, how);
    for (std::size_t i = 0; i < a.values.size(); ++i) ASSERT_NEAR(a.values[i], b.values[i], 0.01);
  }
}

TEST(Resampled, ReorderedAxesAreFollowed) {
  const Image image = random_image(grid_of(4, 5, 6), 1);
  Grid turned = grid_of(5, 4, 6);
  turned.direction = {{{0, 1, 0}, {1, 0, 0}, {0, 0, 1}}};
  const Image out = resampled(image, turned, Interpolation::nearest);
  for (std::size_t x = 0; x < 4; ++x) {
    for (std::size_t y = 0; y < 5; ++y) ASSERT_EQ(out.values[x * 5 + y], image.values[y * 4 + x]);
  }
}

TEST(Resampled, CoarseAxisTakesTheNearestSlice) {
  const Image image = random_image(grid_of(6, 6, 4, {1, 1, 5}), 1);
  EXPECT_EQ(coarse_axis(image.grid, image.grid), 2);
  EXPECT_EQ(coarse_axis(grid_of(2, 2, 2, {1, 1, 3}), grid_of(2, 2, 2)), -1);
  EXPECT_EQ(coarse_axis(grid_of(2, 2, 2, {5, 1, 5}), grid_of(2, 2, 2)), -1);
  EXPECT_EQ(coarse_axis(grid_of(2, 2, 2), grid_of(2, 2, 2, {1, 4, 1})), 1);
  const Image out = resampled(image, refined(image.grid, {6, 6, 8}), Interpolation::cubic, true);
  for (std::size_t i = 0; i < 36; ++i) {
    for (std::size_t z = 0; z < 8; ++z) ASSERT_EQ(out.values[z * 36 + i], image.values[z / 2 * 36 + i]);
  }
}

TEST(Resampled, DoesNotDependOnThreads) {
  const Image image = random_image(grid_of(70, 80, 90), 1);
  const Grid target = refined(image.grid, {90, 70, 80});
  set_thread_count(1);
  const Image one = resampled(image, target, Interpolation::cubic);
  set_thread_count(2);
  EXPECT_EQ(resampled(image, target, Interpolation::cubic).values, one.values);
  set_thread_count(0);
}

TEST(ResampledLabels, KeepVolumesAndInventNoClass) {
  const Grid grid = grid_of(30, 32, 28, {1, 1, 1.2});
  const Labels labels = ball(grid, 10, {14.5, 15.5, 16});
  for (const Grid& target :
       {refined(grid, {45, 51, 42}), refined(grid, {25, 26, 24}), oblique(grid_of(44, 44, 44), 20, {5, -10, -3})}) {
    const Labels out = resampled(labels, target);
    EXPECT_EQ(std::set<int>(out.values.begin(), out.values.end()), (std::set<int>{0, 2, 5}));
    for (const int c : {2, 5}) EXPECT_NEAR(volume_ml(out, c) / volume_ml(labels, c), 1, 0.03);
  }
}

TEST(ResampledLabels, KeepTheVolumeOfASmallBallWhenSlicesAreHalved) {
  const Grid grid = grid_of(16, 16, 20), half = refined(grid, {16, 16, 10});
  double before = 0, after = 0;
  for (int step = 0; step < 8; ++step) {  // over two slices, which are one of the target
    const Labels labels = ball(grid, 5, {7.5, 7.5, 8.5 + 0.25 * step});
    const Labels out = resampled(labels, half);
    for (const int c : {2, 5}) {
      before += volume_ml(labels, c);
      after += volume_ml(out, c);
    }
  }
  EXPECT_NEAR(after / before, 1, 0.03);
}

TEST(ResampledLabels, ATieGoesToTheNearestAndOfTwoNearestToTheUpper) {
  const auto merged = [](std::vector<std::uint8_t> classes, const Index3& size) {
    const Labels labels{grid_of(size[0], size[1], size[2]), std::move(classes)};
    return resampled(labels, refined(labels.grid, {1, 1, 1})).values.front();
  };
  EXPECT_EQ(merged({1, 0}, {1, 1, 2}), 0);
  EXPECT_EQ(merged({0, 1}, {1, 1, 2}), 1);
  EXPECT_EQ(merged({0, 3}, {2, 1, 1}), 3);
  EXPECT_EQ(merged({4, 0, 0, 4}, {2, 2, 1}), 4);
  EXPECT_EQ(merged({3, 2, 3, 1}, {2, 2, 1}), 3);  // no tie
  EXPECT_EQ(merged({2, 3, 3, 2, 2, 3, 2, 3}, {2, 2, 2}), 3);
  EXPECT_EQ(merged({3, 2, 2, 3, 3, 2, 0, 1}, {2, 2, 2}), 2);  // tie of 2 and 3; the nearest is of neither
}

TEST(ResampledLabels, ReturnFromAFinerGrid) {
  const Grid grid = grid_of(20, 21, 22);
  const Labels labels = ball(grid, 8, {10, 10, 10});
  EXPECT_EQ(resampled(resampled(labels, refined(grid, {60, 63, 66})), grid).values, labels.values);
}

TEST(ArgmaxResampled, IsTheArgmaxOfResampledScores) {
  const Image scores = random_image(grid_of(7, 6, 5), 4);
  Grid thin = grid_of(5, 4, 3);
  thin.origin_mm = {0.4, 0.3, 0.6};
  for (const Grid& target : {refined(scores.grid, {15, 13, 11}), thin, oblique(thin, 40, thin.origin_mm)}) {
    const Image fine = resampled(scores, target, Interpolation::linear);
    const Labels labels = argmax_resampled(scores, target);
    for (std::size_t i = 0; i < labels.values.size(); ++i) {
      for (int c = 0; c < 4; ++c) ASSERT_LE(fine.channel(c)[i], fine.channel(labels.values[i])[i] + 1e-5f);
    }
  }
}

TEST(ArgmaxResampled, FollowsAxesThatRunBackwards) {
  const Image scores = random_image(grid_of(7, 6, 5), 3);
  Grid backwards = grid_of(6, 5, 4);
  backwards.direction = {{{1, 0, 0}, {0, -1, 0}, {0, 0, -1}}};
  backwards.origin_mm = {0.2, 5.3, 4.1};
  const Labels labels = argmax_resampled(scores, backwards);
  const Image fine = resampled(scores, backwards, Interpolation::linear);
  for (std::size_t i = 0; i < labels.values.size(); ++i) {
    for (int c = 0; c < 3; ++c) ASSERT_LE(fine.channel(c)[i], fine.channel(labels.values[i])[i] + 1e-5f);
  }
}

TEST(ArgmaxResampler, LabelsAnAccumulatorsSlicesAsTheyFinish) {
  const Image image = random_image(grid_of(20, 18, 40, {1, 1, 2}), 3);
  const Grid target = refined(image.grid, {25, 30, 77});
  const Index3 patch{16, 16, 16};
  ArgmaxResampler resampler(3, image.grid, target);
  Accumulator sums(3, image.grid.size, patch, resampler.sink());
  for (const Box& box : tiles(image.grid.size, patch)) sums.add(cropped(image, box).values, box.begin);
  sums.finish();
  const Labels labels = std::move(resampler).labels(), expected = argmax_resampled(image, target);
  const auto same = std::inner_product(labels.values.begin(), labels.values.end(), expected.values.begin(), 0,
                                       std::plus<>(), std::equal_to<>());
  EXPECT_GE(same, static_cast<int>(labels.values.size()) - 5);  // rounding may decide ties between scores
}

TEST(ArgmaxResampler, RefusesDisorderMissingSlicesAndObliqueGrids) {
  const Grid grid = grid_of(2, 2, 3);
  const std::vector<float> slice(8);
  ArgmaxResampler resampler(2, grid, grid);
  EXPECT_THROW(resampler.add(1, slice), Error);
  resampler.add(0, slice);
  EXPECT_THROW(resampler.add(1, std::span(slice).first(7)), Error);
  EXPECT_THROW(std::move(resampler).labels(), Error);
  EXPECT_THROW(ArgmaxResampler(2, grid, oblique(grid, 10, {0, 0, 0})), Error);
}

TEST(ArgmaxResampled, TakesASingleSlice) {
  Image scores = blank_image(grid_of(2, 2, 1), 2);
  scores.channel(1)[3] = 1;
  const Labels labels = argmax_resampled(scores, refined(scores.grid, {4, 4, 1}));
  EXPECT_EQ(labels.values, (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1}));
}

}  // namespace
}  // namespace galen
