#include "galen/serve/stream_clock.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/serve/lead_watch.h"

namespace galen::serve {
namespace {

Samples indexed(std::int64_t index, std::size_t count) {
  return {index, std::nullopt, {std::vector<float>(count, 0)}};
}
Samples timed(double seconds, std::size_t count) {
  return {std::nullopt, seconds, {std::vector<float>(count, 0)}};
}

TEST(StreamClock, TellsGapsLateDataAndJumpsByIndex) {
  StreamClock clock(100, {});
  EXPECT_EQ(clock.place(indexed(0, 10)).missing, 0);
  EXPECT_EQ(clock.place(indexed(10, 10)).missing, 0);
  EXPECT_EQ(clock.place(indexed(25, 10)).missing, 5);
  const Placement twice = clock.place(indexed(25, 10));
  EXPECT_EQ(twice.late, 10);
  const Placement half = clock.place(indexed(30, 10));
  EXPECT_EQ(half.late, 5);
  EXPECT_EQ(half.missing, 0);
  EXPECT_EQ(clock.place(indexed(40, 10)).missing, 0);
  const Placement far = clock.place(indexed(10'000'000, 10));
  EXPECT_GT(far.jump_seconds, 600);
  EXPECT_EQ(far.missing, 0);
  EXPECT_EQ(clock.place(indexed(10'000'010, 10)).jump_seconds, 0);
  EXPECT_LT(clock.place(indexed(0, 10)).jump_seconds, 0);  // the device restarted
  EXPECT_EQ(clock.place(indexed(10, 10)).late, 0);
}

TEST(StreamClock, WhatStaysBehindForLongGoesByAnotherClock) {
  StreamClock clock(100, {});
  clock.place(indexed(0, 50));
  for (int i = 0; i < 20; ++i) ASSERT_EQ(clock.place(indexed(0, 50)).late, 50) << i;  // 10 s
  const Placement other = clock.place(indexed(0, 50));
  EXPECT_DOUBLE_EQ(other.jump_seconds, -0.5);
  EXPECT_EQ(other.late, 0);
  EXPECT_EQ(clock.place(indexed(50, 50)).late, 0);
  for (int i = 0; i < 3; ++i) {  // progress in between restarts the count
    for (int j = 0; j < 15; ++j) EXPECT_EQ(clock.place(indexed(0, 50)).jump_seconds, 0);
    EXPECT_EQ(clock.place(indexed(100 + 50 * i, 50)).late, 0);
  }

  StreamClock stamped(100, {});
  stamped.place(timed(1e9, 50));
  int jumps = 0;
  for (int i = 0; i < 21; ++i) jumps += stamped.place(timed(1e9, 50)).jump_seconds < 0;
  EXPECT_EQ(jumps, 1);
}

TEST(StreamClock, TimeStampsMayJitterAndDriftButGapsShow) {
  StreamClock clock(100, {});
  double t = 1e9;
  for (int i = 0; i < 1000; ++i, t += 0.1005) {  // the device's clock is 0.5 % off
    const Placement placement = clock.place(timed(t + (i % 3) * 0.01, 10));
    ASSERT_EQ(placement.missing + placement.late, 0) << i;
  }
  EXPECT_NEAR(static_cast<double>(clock.place(timed(t + 2, 10)).missing), 205, 3);  // 5 are the drift over 10 s
  EXPECT_EQ(clock.place(timed(t, 10)).late, 10);
  EXPECT_LT(clock.place(timed(0, 10)).jump_seconds, 0);
}

TEST(StreamClock, SmallLossesThatTimeStampsShowAddUpToGaps) {
  StreamClock clock(250, {});
  std::int64_t samples = 0;
  for (int i = 0; i < 1500; ++i) {  // a minute in pieces of 40 ms, every fifth of them lost
    if (i % 5 == 4) continue;
    const Placement placement = clock.place(timed(1e9 + i * 0.04 + (i % 3) * 0.005, 10));
    ASSERT_EQ(placement.late, 0) << i;
    EXPECT_TRUE(placement.missing == 0 || placement.missing >= 25) << i;  // what may be jitter is not a gap
    samples += placement.missing + 10;
  }
  EXPECT_NEAR(static_cast<double>(samples) / 250, 60, 0.6);
}

TEST(StreamClock, AGapThatIsToldIsNotFoundAgain) {
  StreamClock clock(100, {});
  clock.place(indexed(0, 10));
  clock.skip(50);
  EXPECT_EQ(clock.place(indexed(60, 10)).missing, 0);
}

std::vector<float> wave(std::size_t count) {
  std::vector<float> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = std::sin(static_cast<float>(i));
  return out;
}

TEST(LeadWatch, FlatOrMissingForLongIsOffAndMovementIsOn) {
  LeadWatch watch(100, {{"II", "mV"}, {"V1", "mV"}});
  using Block = std::vector<std::vector<float>>;
  EXPECT_TRUE(watch.push(Block{wave(500), wave(500)}).empty());
  const auto flat = watch.push(Block{wave(300), std::vector<float>(300, 0.25f)});
  ASSERT_EQ(flat.size(), 1u);
  EXPECT_EQ(flat[0].names, "V1");
  EXPECT_EQ(flat[0].sample, 700);  // the first flat sample differs from the wave; 200 more repeat it
  const auto missing = watch.push(Block{std::vector<float>(300, std::nanf("")), wave(300)});
  ASSERT_EQ(missing.size(), 2u);
  EXPECT_EQ(missing[0].off, 0);
  EXPECT_EQ(missing[1].names, "II");
}

TEST(LeadWatch, TheSenderIsBelievedAndGapsDoNotCount) {
  LeadWatch watch(100, {{"II", "mV"}});
  std::vector<LeadWatch::Change> changes;
  EXPECT_FALSE(watch.tell("V9", true, changes));
  EXPECT_TRUE(watch.tell("II", true, changes));
  EXPECT_TRUE(watch.push(std::vector<std::vector<float>>{wave(10)}).empty());
  EXPECT_TRUE(watch.tell("II", true, changes));
  EXPECT_TRUE(watch.tell("II", false, changes));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].off, 1);
  EXPECT_EQ(changes[1].off, 0);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(watch.push(std::vector<std::vector<float>>{std::vector<float>(100, 1)}).empty());
    watch.gap(1000);
  }
}

}  // namespace
}  // namespace galen::serve
