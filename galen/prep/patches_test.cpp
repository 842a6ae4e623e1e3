#include "galen/prep/patches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace galen {
namespace {

using testing::ElementsAre;

// A large class 1, and a class 4 of a single voxel.
Labels rare_and_common() {
  Labels labels = blank_labels(Grid{.size = {30, 20, 10}});
  for (std::size_t i = 1000; i < 3000; ++i) labels.values[i] = 1;
  labels.values[4321] = 4;
  return labels;
}

int class_in_middle(const Labels& labels, const Box& box) {
  const auto [nx, ny, nz] = labels.grid.size;
  const std::int64_t x = box.begin[0] + box.size[0] / 2, y = box.begin[1] + box.size[1] / 2,
                     z = box.begin[2] + box.size[2] / 2;
  return labels.values[static_cast<std::size_t>((z * ny + y) * nx + x)];
}

TEST(ClassLocations, AreSpreadOverTheClassWhenLimited) {
  const Labels labels = rare_and_common();
  const ClassLocations all = class_locations(labels);
  EXPECT_THAT(all.classes, ElementsAre(1, 4));
  EXPECT_EQ(all.voxels[0].size(), 2000u);
  EXPECT_THAT(all.voxels[1], ElementsAre(4321));
  const ClassLocations few = class_locations(labels, 5);
  EXPECT_THAT(few.voxels[0], ElementsAre(1399, 1799, 2199, 2599, 2999));
  EXPECT_THAT(few.voxels[1], ElementsAre(4321));
}

TEST(SamplePatch, ForcedPatchesShowEachClassEquallyOften) {
  const Labels labels = rare_and_common();
  const ClassLocations locations = class_locations(labels);
  Random random(5, 0, 0, "patches");
  std::map<int, int> shown;
  for (int i = 0; i < 2000; ++i) {
    const Box box = sample_patch(labels.grid, {1, 1, 1}, locations, true, random);
    ++shown[class_in_middle(labels, box)];
  }
  EXPECT_EQ(shown[0], 0);
  EXPECT_NEAR(shown[4], 1000, 5 * 22.4);  // five standard deviations of a fair coin
}

TEST(SamplePatch, StaysInsideAndReachesEveryPlace) {
  const Labels labels = rare_and_common();
  const ClassLocations locations = class_locations(labels);
  Random random(6, 0, 0, "patches");
  std::map<std::int64_t, int> starts;
  for (int i = 0; i < 3000; ++i) {
    const Box box = sample_patch(labels.grid, {28, 8, 10}, locations, i % 3 == 0, random);
    ASSERT_GE(box.begin[1], 0);
    ASSERT_LE(box.begin[1], 12);
    ASSERT_EQ(box.begin[2], 0);
    if (i % 3 != 0) ++starts[box.begin[0]];
  }
  ASSERT_EQ(starts.size(), 3u);
  for (const auto& [start, count] : starts) EXPECT_NEAR(count, 2000 / 3.0, 110);
}

TEST(SamplePatch, HoldsShortAxesInItsMiddle) {
  Random random(7, 0, 0, "patches");
  const Box box = sample_patch(Grid{.size = {10, 11, 4}}, {16, 16, 8}, {}, true, random);
  EXPECT_EQ(box, (Box{{-3, -2, -2}, {16, 16, 8}}));
}

TEST(ForcesForeground, TheLastThirdOfABatch) {
  const auto forced = [](int batch) {
    std::vector<bool> out;
    for (int i = 0; i < batch; ++i) out.push_back(forces_foreground(i, batch));
    return out;
  };
  EXPECT_THAT(forced(2), ElementsAre(false, true));
  EXPECT_THAT(forced(3), ElementsAre(false, false, true));
  EXPECT_THAT(forced(9), ElementsAre(false, false, false, false, false, false, true, true, true));
}

}  // namespace
}  // namespace galen
