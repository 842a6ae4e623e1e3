#include "galen/prep/crop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "galen/base/error.h"
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
  const Box box = foreground_box(image);
  EXPECT_EQ(box, (Box{{1, 2, 3}, {3, 4, 2}}));
  EXPECT_EQ(grown(box, {1, 2, 10}, image.grid), (Box{{0, 0, 0}, {5, 6, 7}}));
  EXPECT_EQ(grown(box, {0, 0, 1}, image.grid), (Box{{1, 2, 2}, {3, 4, 4}}));
}

TEST(Cropped, KeepsPlacesInTheWorldAndComesBack) {
  Grid grid = grid_of(5, 6, 7);
  grid.spacing_mm = {2, 3, 4};
  grid.origin_mm = {10, 20, 30};
  const Image image = counting(grid, 2);
  const Box box{{1, 2, 3}, {3, 2, 4}};
  const Image part = cropped(image, box);
  EXPECT_EQ(part.grid.size, box.size);
  EXPECT_EQ(part.grid.origin_mm, (Vec3{12, 26, 42}));
  EXPECT_EQ(part.values[0], static_cast<float>((3 * 6 + 2) * 5 + 1 + 1));
  const Image back = uncropped(part, box, grid);
  EXPECT_TRUE(back.grid.matches(grid));
  EXPECT_EQ(cropped(back, box).values, part.values);
  EXPECT_EQ(back.values[0], 0);
  EXPECT_EQ(uncropped(image, whole(grid), grid).values, image.values);
  EXPECT_THROW(uncropped(part, whole(grid), grid), Error);
}

TEST(Cropped, PadsBeyondTheBorderAsAsked) {
  const Image line = counting(grid_of(3, 1, 1));
  const Box box{{-4, 0, 0}, {10, 1, 1}};
  EXPECT_THAT(cropped(line, box).values, ElementsAre(0, 0, 0, 0, 1, 2, 3, 0, 0, 0));
  EXPECT_THAT(cropped(line, box, Padding::edge).values, ElementsAre(1, 1, 1, 1, 1, 2, 3, 3, 3, 3));
  // numpy.pad([1, 2, 3], (4, 3), "reflect")
  EXPECT_THAT(cropped(line, box, Padding::reflect).values, ElementsAre(1, 2, 3, 2, 1, 2, 3, 2, 1, 2));
}

TEST(Cropped, ABoxOutsideIsAllPadding) {
  const Image image = counting(grid_of(2, 2, 2));
  for (const std::int64_t at : {-9, 5}) {
    const Image out = cropped(image, {{at, 0, 0}, {3, 2, 2}});
    EXPECT_EQ(out.values, std::vector<float>(12, 0.0f));
  }
}

TEST(Uncropped, DropsWhatLiesOutside) {
  Labels part = blank_labels(grid_of(4, 1, 1));
  part.values = {1, 2, 3, 4};
  EXPECT_THAT(uncropped(part, {{-1, 0, 0}, {4, 1, 1}}, grid_of(5, 1, 1)).values, ElementsAre(2, 3, 4, 0, 0));
}

}  // namespace
}  // namespace galen
