#include "galen/prep/contours.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/error.h"

namespace galen {
namespace {

Labels blank(std::int64_t x, std::int64_t y, std::int64_t z) {
  return blank_labels(Grid{.size = {x, y, z}});
}

void set(Labels& labels, std::int64_t x, std::int64_t y, std::int64_t z, std::uint8_t value = 1) {
  labels.values[static_cast<std::size_t>((z * labels.grid.size[1] + y) * labels.grid.size[0] + x)] = value;
}

double signed_area(const Outline& outline) {
  double sum = 0;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const auto &p = outline[i], &q = outline[(i + 1) % outline.size()];
    sum += (p[0] * q[1] - q[0] * p[1]) / 2;
  }
  return sum;
}

TEST(Contours, OneVoxelIsADiamondAroundItsCentre) {
  Labels labels = blank(5, 6, 7);
  set(labels, 2, 3, 4);
  for (const auto& [axis, slice, u, v] : {std::tuple{0, 2, 3., 4.}, {1, 3, 2., 4.}, {2, 4, 2., 3.}}) {
    const auto outlines = contours(labels, 1, axis, slice);
    ASSERT_EQ(outlines.size(), 1u);
    ASSERT_EQ(outlines[0].size(), 4u);
    for (const auto& p : outlines[0]) EXPECT_DOUBLE_EQ(std::abs(p[0] - u) + std::abs(p[1] - v), 0.5);
    EXPECT_TRUE(contours(labels, 1, axis, 0).empty());
  }
}

TEST(Contours, ARectangleHasItsAreaLessTheCorners) {
  Labels labels = blank(6, 5, 1);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) set(labels, x, y, 0);  // touches the border of the image
  }
  const auto outlines = contours(labels, 1, 2, 0);
  ASSERT_EQ(outlines.size(), 1u);
  EXPECT_DOUBLE_EQ(std::abs(signed_area(outlines[0])), 12 - 4 * 0.125);
}

TEST(Contours, HolesTurnTheOtherWay) {
  Labels labels = blank(5, 5, 1);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 5; ++x) set(labels, x, y, 0, x == 2 && y == 2 ? 3 : 1);
  }
  const auto outlines = contours(labels, 1, 2, 0);
  ASSERT_EQ(outlines.size(), 2u);
  EXPECT_DOUBLE_EQ(std::abs(signed_area(outlines[0]) + signed_area(outlines[1])), 25 - 0.5 - 0.5);
  EXPECT_LT(signed_area(outlines[0]) * signed_area(outlines[1]), 0);
}

TEST(Contours, VoxelsThatTouchAtCornersAreApart) {
  Labels labels = blank(2, 2, 1);
  set(labels, 0, 0, 0);
  set(labels, 1, 1, 0);
  EXPECT_EQ(contours(labels, 1, 2, 0).size(), 2u);
}

TEST(Contours, RefuseSlicesThatAreNotThere) {
  EXPECT_THROW(contours(blank(2, 3, 4), 1, 0, 2), Error);
  EXPECT_THROW(contours(blank(2, 3, 4), 1, 3, 0), Error);
}

}  // namespace
}  // namespace galen
