#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "galen/base/random.h"
#include "galen/metric/classification.h"
#include "galen/metric/distance_transform.h"
#include "galen/metric/logistic.h"
#include "galen/metric/overlap.h"
#include "galen/metric/score.h"
#include "galen/metric/stats.h"
#include "galen/metric/surface.h"
#include "galen/metric/surface_area.h"

namespace galen {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

// A box of ones, voxels [begin, end) along each axis.
std::vector<std::uint8_t> box(const Index3& size, const Index3& begin, const Index3& end) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(size[0] * size[1] * size[2]));
  for (std::int64_t z = begin[2]; z < end[2]; ++z) {
    for (std::int64_t y = begin[1]; y < end[1]; ++y) {
      for (std::int64_t x = begin[0]; x < end[0]; ++x) {
        mask[static_cast<std::size_t>((z * size[1] + y) * size[0] + x)] = 1;
      }
    }
  }
  return mask;
}

TEST(Score, InJsonIsNullWhereItCannotBeTold) {
  const Scores scores = {{"dice.mean", {0.9, 0.89, 0.91, 52}}, {"hd95_mm", {infinity, nan, nan, 1}}};
  const Json json = to_json(scores);
  EXPECT_EQ(json["dice.mean"], Json({{"value", 0.9}, {"low", 0.89}, {"high", 0.91}, {"n", 52}}));
  EXPECT_TRUE(json["hd95_mm"]["value"].is_null());
  EXPECT_TRUE(json["hd95_mm"]["low"].is_null());
}

TEST(Overlap, CountsVoxelsOfOneLabel) {
  const std::vector<std::uint8_t> predicted = {1, 1, 2, 0, 2, 1}, truth = {1, 2, 2, 0, 0, 1};
  const Overlap ones = overlap(predicted, truth, 1);
  EXPECT_DOUBLE_EQ(ones.dice(), 4.0 / 5);
  EXPECT_DOUBLE_EQ(ones.iou(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(ones.sensitivity(), 1);
  EXPECT_DOUBLE_EQ(ones.precision(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(ones.volume_error_ml(0.5), 0.5);
}

TEST(Overlap, OfNothingWithNothingIsUndefinedAndWithSomethingZero) {
  const std::vector<std::uint8_t> none(4), some = {0, 1, 0, 0};
  EXPECT_TRUE(std::isnan(overlap(none, none, 1).dice()));
  EXPECT_TRUE(std::isnan(overlap(none, none, 1).iou()));
  EXPECT_EQ(overlap(none, none, 1).volume_error_ml(1), 0);
  EXPECT_EQ(overlap(some, none, 1).dice(), 0);
  EXPECT_EQ(overlap(none, some, 1).dice(), 0);
}

TEST(Overlap, RefusesMasksOnDifferentGridsAndMasksOfFractions) {
  Grid grid, moved;
  grid.size = moved.size = {4, 4, 4};
  moved.origin_mm = {3, 0, 0};
  EXPECT_THROW(overlap(Volume(grid, Scalar::u8), Volume(moved, Scalar::u8), 1), Error);
  EXPECT_THROW(overlap(Volume(grid, Scalar::f32), Volume(grid, Scalar::u8), 1), Error);
  Volume mask(grid, Scalar::i16);
  mask.values<std::int16_t>()[5] = 3;
  EXPECT_EQ(overlap(mask, mask, 3).both, 1);
}

TEST(DistanceTransform, EqualsTheSearchOverAllPoints) {
  const Index3 size{9, 7, 5};
  const Vec3 spacing{0.7, 1.3, 2.1};
  Random random(3, 0, 0, "points");
  std::vector<std::uint8_t> points(9 * 7 * 5);
  for (auto& point : points) point = random.chance(0.04);
  points[17] = 1;
  const std::vector<double> squared = squared_distances(points, size, spacing);
  for (std::size_t i = 0; i < points.size(); ++i) {
    double least = infinity;
    for (std::size_t j = 0; j < points.size(); ++j) {
      if (!points[j]) continue;
      const auto at = [](std::size_t n) { return std::array{n % 9, n / 9 % 7, n / 63}; };
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        sum += std::pow((static_cast<double>(at(i)[k]) - static_cast<double>(at(j)[k])) * spacing[k], 2);
      }
      least = std::min(least, sum);
    }
    ASSERT_NEAR(squared[i], least, 1e-9);
  }
  EXPECT_EQ(squared_distances(std::vector<std::uint8_t>(8), {2, 2, 2}, spacing)[3], infinity);
}

TEST(SurfaceArea, IsThatOfThePlaneBetweenVoxelsAndTheSameForInsideAndOutside) {
  const auto areas = surface_areas_mm2({2, 3, 5});
  EXPECT_DOUBLE_EQ(areas[0b01010101], 15);  // inside at x = 0: a plane across x
  EXPECT_DOUBLE_EQ(areas[0b00110011], 10);
  EXPECT_DOUBLE_EQ(areas[0b00001111], 6);
  EXPECT_EQ(areas[0], 0);
  EXPECT_EQ(areas[255], 0);
  for (std::size_t code = 0; code < 256; ++code) {
    if (std::popcount(code) == 4) continue;  // diagonal corners may be kept apart on either side
    EXPECT_NEAR(areas[code], areas[255 - code], 1e-12) << code;
  }
}

TEST(Surface, ShiftedBoxIsApartByTheShift) {
  const Index3 size{30, 20, 20};
  const auto truth = box(size, {5, 5, 5}, {15, 15, 15}), moved = box(size, {8, 5, 5}, {18, 15, 15});
  const SurfaceDistances distances = surface_distances(moved, truth, size, {0.5, 1, 1});
  EXPECT_DOUBLE_EQ(hausdorff_mm(distances, 100), 1.5);
  EXPECT_DOUBLE_EQ(hausdorff_mm(distances, 95), 1.5);
  EXPECT_DOUBLE_EQ(surface_dice(distances, 1.5), 1);
  EXPECT_LT(surface_dice(distances, 1.4), 1);
  const SurfaceDistances same = surface_distances(truth, truth, size, {0.5, 1, 1});
  EXPECT_EQ(hausdorff_mm(same), 0);
  EXPECT_EQ(surface_dice(same, 0), 1);
}

TEST(Surface, ThatTouchesTheBorderOfTheImageIsClosed) {
  const Index3 size{4, 4, 4};
  const auto all = box(size, {0, 0, 0}, {4, 4, 4});
  double area = 0;
  for (const SurfaceElement& element : surface_distances(all, all, size, {1, 1, 1}).truth) area += element.area_mm2;
  EXPECT_GT(area, 6 * 9);   // faces without their rounded edges
  EXPECT_LT(area, 6 * 16);  // the box itself
}

TEST(Surface, OfNothingIsUndefinedOrInfinitelyFar) {
  const Index3 size{6, 6, 6};
  const std::vector<std::uint8_t> none(216);
  const auto some = box(size, {1, 1, 1}, {3, 3, 3});
  const Vec3 spacing{1, 1, 1};
  EXPECT_TRUE(std::isnan(hausdorff_mm(surface_distances(none, none, size, spacing))));
  EXPECT_TRUE(std::isnan(surface_dice(surface_distances(none, none, size, spacing), 1)));
  EXPECT_EQ(hausdorff_mm(surface_distances(none, some, size, spacing)), infinity);
  EXPECT_EQ(surface_dice(surface_distances(some, none, size, spacing), 1), 0);
}

TEST(Surface, OfAFlatImageIsItsContour) {
  const Index3 size{20, 20, 1};
  const auto truth = box(size, {5, 5, 0}, {11, 11, 1}), moved = box(size, {5, 7, 0}, {11, 13, 1});
  const SurfaceDistances distances = surface_distances(moved, truth, size, {1, 0.5, 9});
  EXPECT_DOUBLE_EQ(hausdorff_mm(distances, 100), 1);
}

TEST(Classification, RankingHasKnownValuesAndIsUndefinedForOneClass) {
  const std::vector<BinaryOutcome> outcomes = {{0.9, true}, {0.8, false}, {0.8, true}, {0.3, false}};
  EXPECT_DOUBLE_EQ(auroc(outcomes), 3.5 / 4);
  EXPECT_DOUBLE_EQ(auprc(outcomes), 0.5 * 1 + 0.5 * 2 / 3);
  const std::vector<BinaryOutcome> one_class = {{0.9, true}, {0.2, true}};
  EXPECT_TRUE(std::isnan(auroc(one_class)));
  EXPECT_TRUE(std::isnan(recalibration(one_class).slope));
  EXPECT_TRUE(std::isnan(confusion(one_class, 0.5).specificity()));
}

TEST(Classification, RecalibrationFindsHowMuchTooExtremeProbabilitiesAre) {
  Random random(1, 0, 0, "outcomes");
  std::vector<BinaryOutcome> outcomes;
  for (int i = 0; i < 40000; ++i) {
    const double z = 1.5 * random.normal();
    outcomes.push_back({sigmoid(2 * z - 1), random.chance(sigmoid(z))});  // logit p = 2 z - 1, so z = p / 2 + 1 / 2
  }
  EXPECT_NEAR(recalibration(outcomes).slope, 0.5, 0.02);
  EXPECT_NEAR(recalibration(outcomes).intercept, 0.5, 0.04);
  EXPECT_GT(expected_calibration_error(outcomes), 0.1);
  for (BinaryOutcome& outcome : outcomes) outcome.probability = sigmoid(logit(outcome.probability) / 2 + 0.5);
  EXPECT_LT(expected_calibration_error(outcomes), 0.02);
}

TEST(Classification, CalibrationErrorDoesNotDependOnTheOrderOfEqualProbabilities) {
  std::vector<BinaryOutcome> outcomes(30, {0.5, true});
  for (std::size_t i = 0; i < 15; ++i) outcomes[i].truth = false;
  EXPECT_DOUBLE_EQ(expected_calibration_error(outcomes, 2), 0);
  for (BinaryOutcome& outcome : outcomes) outcome.probability = 0.7;
  EXPECT_NEAR(expected_calibration_error(outcomes, 2), 0.2, 1e-12);
}

TEST(Classification, SeparableOutcomesHaveNoFiniteRecalibration) {
  const std::vector<BinaryOutcome> outcomes = {{0.9, true}, {0.8, true}, {0.4, false}, {0.3, false}};
  EXPECT_TRUE(std::isnan(recalibration(outcomes).slope));
}

TEST(Classification, AProbabilityThatIsNoNumberIsADefect) {
  const std::vector<BinaryOutcome> outcomes = {{0.9, true}, {nan, false}, {0.2, false}};
  EXPECT_THROW(auroc(outcomes), Error);
  EXPECT_THROW(auprc(outcomes), Error);
  EXPECT_THROW(expected_calibration_error(outcomes), Error);
}

TEST(Classification, WhatIsAlwaysRightIsNotSure) {
  const std::vector<BinaryOutcome> outcomes = {{0.9, true}, {0.8, true}, {0.1, false}, {0.2, false}, {0.3, false}};
  const Scores scores = binary_scores(outcomes, std::vector<std::string>{"a", "b", "c", "d", "e"}, 0.5);
  EXPECT_EQ(scores.at("sensitivity").low, binomial_interval(2, 2).low);
  EXPECT_EQ(scores.at("specificity").low, binomial_interval(3, 3).low);
  EXPECT_EQ(scores.at("accuracy").low, binomial_interval(5, 5).low);
}

TEST(Classification, ScoresCarryIntervalsOverPatients) {
  Random random(5, 0, 0, "scores");
  std::vector<BinaryOutcome> outcomes;
  std::vector<std::string> patients;
  for (int i = 0; i < 200; ++i) {
    const double z = random.normal();
    outcomes.push_back({sigmoid(z), random.chance(sigmoid(z))});
    patients.push_back(std::to_string(i / 2));
  }
  const Scores scores = binary_scores(outcomes, patients, 0.5, {.draws = 300});
  EXPECT_EQ(scores.size(), 14u);
  for (const auto& [name, score] : scores) {
    EXPECT_EQ(score.n, 100) << name;
    EXPECT_LT(score.low, score.high) << name;
  }
  EXPECT_GT(scores.at("auroc").low, 0.5);
  EXPECT_LT(scores.at("calibration.slope").low, 1);
  EXPECT_GT(scores.at("calibration.slope").high, 1);
}

TEST(Stats, MeansLeaveOutWhatIsUndefined) {
  const std::vector<double> values = {1, nan, 3};
  EXPECT_EQ(mean_of_defined(values), 2);
  EXPECT_TRUE(std::isnan(mean_of_defined(std::vector<double>{nan})));
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  EXPECT_DOUBLE_EQ(standard_deviation(std::vector<double>{1, 3}), std::sqrt(2.0));
}

}  // namespace
}  // namespace galen
