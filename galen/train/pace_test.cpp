#include "galen/train/pace.h"

#include <gtest/gtest.h>

namespace galen {
namespace {

TEST(LimitOfEach, IsSharedByTheNetworksThatAreNotDone) {
  EXPECT_DOUBLE_EQ(limit_of_each(1000, {false, false, false, false}), 237.5);
  EXPECT_DOUBLE_EQ(limit_of_each(1000, {true, false, true, false}), 475);
  EXPECT_DOUBLE_EQ(limit_of_each(1000, {true, true, true, false}), 950);
}

TEST(LimitOfEach, IsNoneWithoutALimitOrANetwork) {
  EXPECT_EQ(limit_of_each(0, {true, false}), 0);
  EXPECT_EQ(limit_of_each(1000, {true, true}), 0);
}

}  // namespace
}  // namespace galen
