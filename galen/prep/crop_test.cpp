#include "galen/prep/crop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "galen/prep/grids_test.h"

namespace galen {
namespace {

using testing::ElementsAre;

Image counting(const Grid& grid, int channels = 1) {
  Image image = blank_image(grid, channels);
  std::iota(image.values.begin(), image.values.end(), 1.0f);
  return image;
}

TEST(ForegroundBox, HoldsWhatIsNotZeroInAnyChannel) {
  Image image = blank_image(grid_of(5, 6, 7), 2);
  EXPECT_EQ(foreground_box(image), whole(image.grid));
  image.channel(0)[static_cast<std::size_t>((3 * 6 + 2) * 5 + 1)] = 1;
  image.channel(1)[static_cast<std::size_t>((4 * 6 + 5) * 5 + 3)] = -1;
  EXPECT_EQ(foreground_box(image), (Box{{1, 2, 3}, {3, 4, 2}}));
}

TEST(Cropped, KeepsPlacesInTheWorld) {
  Grid grid = grid_of(5, 6, 7);
  grid.spacing_mm = {2, 3, 4};
  grid.origin_mm = {10, 20, 30};
  const Image image = counting(grid, 2);
  const Box box{{1, 2, 3}, {3, 2, 4}};
  const Image part = cropped(image, box);
  EXPECT_EQ(part.grid.size, box.size);
  EXPECT_EQ(part.grid.origin_mm, (Vec3{12, 26, 42}));
  EXPECT_EQ(part.values[0], static_cast<float>((3 * 6 + 2) * 5 + 1 + 1));
  EXPECT_EQ(part.channel(1)[0], static_cast<float>(5 * 6 * 7 + (3 * 6 + 2) * 5 + 1 + 1));
  EXPECT_EQ(cropped(image, whole(grid)).values, image.values);
}

TEST(Cropped, IsZeroBeyondTheBorder) {
  const Image line = counting(grid_of(3, 1, 1));
  EXPECT_THAT(cropped(line, {{-4, 0, 0}, {10, 1, 1}}).values, ElementsAre(0, 0, 0, 0, 1, 2, 3, 0, 0, 0));
  const Image image = counting(grid_of(2, 2, 2));
  EXPECT_THAT(cropped(image, {{1, -1, 1}, {2, 3, 2}}).values, ElementsAre(0, 0, 6, 0, 8, 0, 0, 0, 0, 0, 0, 0));
}

TEST(Cropped, LabelsAreBackgroundBeyondTheBorder) {
  Labels labels = blank_labels(grid_of(4, 1, 1));
  labels.values = {1, 2, 3, 4};
  EXPECT_THAT(cropped(labels, {{1, 0, 0}, {5, 1, 1}}).values, ElementsAre(2, 3, 4, 0, 0));
}

TEST(Cropped, ABoxOutsideIsAllPadding) {
  const Image image = counting(grid_of(2, 2, 2));
  for (const std::int64_t at : {-9, 5}) {
    const Image out = cropped(image, {{at, 0, 0}, {3, 2, 2}});
    EXPECT_EQ(out.values, std::vector<float>(12, 0.0f));
  }
}

}  // namespace
}  // namespace galen
