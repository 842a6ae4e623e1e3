#include "galen/prep/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "galen/base/message_test.h"
#include "galen/prep/grids_test.h"

namespace galen {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Image, ComponentsBecomeChannelsAndSlopeIsApplied) {
  Volume volume(grid_of(2, 1, 1), Scalar::i16, 2);
  volume.slope = 2;
  volume.intercept = 1;
  const std::int16_t stored[] = {1, 10, 2, 20};
  std::copy(std::begin(stored), std::end(stored), volume.values<std::int16_t>().begin());
  const Image image = image_of(volume);
  EXPECT_EQ(image.channels, 2);
  EXPECT_THAT(image.values, ElementsAre(3, 5, 21, 41));
}

TEST(Image, RefusesFramesAndNamesBrokenVoxels) {
  EXPECT_THAT(message_of([] { image_of(Volume(grid_of(2, 2, 2), Scalar::f32, 1, 3)); }), HasSubstr("3 frames"));
  Volume volume(grid_of(3, 2, 2), Scalar::f32);
  volume.values<float>()[7] = std::numeric_limits<float>::quiet_NaN();
  volume.values<float>()[11] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(message_of([&] { image_of(volume); }), HasSubstr("2 of 12, the first at (1, 0, 1)"));
}

TEST(Labels, TakesFloatsThatAreNearlyAClassAndNamesOtherValues) {
  Volume volume(grid_of(3, 1, 1), Scalar::f64);
  const auto values = volume.values<double>();
  values[1] = 2;
  EXPECT_THAT(labels_of(volume, {0, 2}).values, ElementsAre(0, 2, 0));
  EXPECT_THAT(message_of([&] { labels_of(volume, {0, 1}); }), HasSubstr("the value 2, which is no class"));
  values[1] = 2.0009;
  values[2] = -0.0009;
  EXPECT_THAT(labels_of(volume, {0, 2}).values, ElementsAre(0, 2, 0));
  values[1] = 1.9991;
  EXPECT_THAT(labels_of(volume, {0, 2}).values, ElementsAre(0, 2, 0));
  values[1] = 2.002;
  EXPECT_THAT(message_of([&] { labels_of(volume, {0, 2}); }), HasSubstr("the value 2.002, which is no class"));
  values[1] = 2;
  values[2] = 0.5;
  EXPECT_THAT(message_of([&] { labels_of(volume, {0, 2}); }), HasSubstr("0.5"));
  values[2] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message_of([&] { labels_of(volume, {0, 2}); }), HasSubstr("the first at (2, 0, 0)"));
  values[2] = -1;
  EXPECT_THAT(message_of([&] { labels_of(volume, {0, 2}); }), HasSubstr("the classes are 0, 2"));
}

TEST(Labels, BecomeAVolumeOfBytesOnTheSameGrid) {
  Labels labels = blank_labels(grid_of(2, 2, 1));
  labels.grid.origin_mm = {1, 2, 3};
  labels.values[3] = 7;
  const Volume volume = volume_of(labels);
  EXPECT_EQ(volume.type, Scalar::u8);
  EXPECT_TRUE(volume.grid.matches(labels.grid));
  EXPECT_THAT(volume.values<std::uint8_t>(), ElementsAre(0, 0, 0, 7));
}

}  // namespace
}  // namespace galen
