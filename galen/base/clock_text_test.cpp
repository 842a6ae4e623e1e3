#include "galen/base/clock_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace galen {
namespace {

TEST(ClockText, HasHoursMinutesAndSeconds) {
  EXPECT_EQ(clock_text(0), "0:00:00");
  EXPECT_EQ(clock_text(3909), "1:05:09");
  EXPECT_EQ(clock_text(360'000, 1), "100:00:00.0");
  EXPECT_EQ(clock_text(61.25, 3), "0:01:01.250");
  EXPECT_EQ(clock_text(1805.5556, 3), "0:30:05.556");
}

TEST(ClockText, CarriesWhatItRoundsIntoMinutesAndHours) {
  EXPECT_EQ(clock_text(59.9996, 3), "0:01:00.000");
  EXPECT_EQ(clock_text(59.9994, 3), "0:00:59.999");
  EXPECT_EQ(clock_text(59.96, 1), "0:01:00.0");
  EXPECT_EQ(clock_text(3599.6), "1:00:00");
  EXPECT_EQ(clock_text(3599.99996, 3), "1:00:00.000");
}

TEST(ClockText, HasASignUnlessItIsZero) {
  EXPECT_EQ(clock_text(-59.9996, 3), "-0:01:00.000");
  EXPECT_EQ(clock_text(-0.4), "0:00:00");
  EXPECT_EQ(clock_text(-0.4, 1), "-0:00:00.4");
}

TEST(ClockText, SaysWhereThereIsNoTime) {
  EXPECT_EQ(clock_text(std::numeric_limits<double>::quiet_NaN(), 3), "not known");
  EXPECT_EQ(clock_text(-std::numeric_limits<double>::infinity()), "not known");
}

}  // namespace
}  // namespace galen
