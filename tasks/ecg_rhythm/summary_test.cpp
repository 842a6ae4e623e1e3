#include "tasks/ecg_rhythm/summary.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::ecg {
namespace {

Counts counts_of(std::initializer_list<float> intervals, int times) {
  Counts out;
  for (int i = 0; i < times; ++i) {
    for (const float interval : intervals) {
      NamedBeat beat;
      beat.beat = Beat::normal;
      beat.interval_seconds = interval;
      out.add(beat);
    }
  }
  return out;
}

TEST(Counts, LongIntervalsAreOfTheMeanRateToo) {
  EXPECT_NEAR(counts_of({0.9f, 2.1f}, 20).rate_per_minute(), 40, 1e-4);
  const Counts slow = counts_of({60 / 28.f}, 20);
  EXPECT_NEAR(slow.rate_per_minute(), 28, 1e-4);
  EXPECT_NEAR(slow.slowest_per_minute, 28, 1e-4);
  EXPECT_NEAR(slow.fastest_per_minute, 28, 1e-4);
}

TEST(Counts, BehindAGapThereIsNoInterval) {
  EXPECT_NEAR(counts_of({0, 0.8f}, 20).rate_per_minute(), 75, 1e-4);
  EXPECT_EQ(counts_of({0, 0.8f}, 20).fastest_per_minute, 0) << "no eight in a row";
  EXPECT_TRUE(std::isnan(counts_of({0}, 20).rate_per_minute()));
}

}  // namespace
}  // namespace galen::ecg
