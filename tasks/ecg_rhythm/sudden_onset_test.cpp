// A tachycardia begins from one beat to the next; a sinus rhythm becomes faster gradually.
#include "tasks/ecg_rhythm/sudden_onset.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::ecg {
namespace {

double after(SuddenOnset& onset, double seconds, int times) {
  double told = 0;
  for (int i = 0; i < times; ++i) told = onset.follow(seconds);
  return told;
}

TEST(SuddenOnset, OfARunIsToldToItsEnd) {
  SuddenOnset onset;
  EXPECT_EQ(after(onset, 0.8, 20), 0);
  EXPECT_NEAR(after(onset, 0.45, 1), std::log(0.8 / 0.45), 1e-9);
  EXPECT_NEAR(after(onset, 0.45, 200), std::log(0.8 / 0.45), 1e-9);
  EXPECT_EQ(after(onset, 0.8, 1), 0);
}

TEST(SuddenOnset, ASinusRhythmThatBecomesFasterHasNone) {
  SuddenOnset onset;
  for (double seconds = 0.9; seconds > 0.4; seconds *= 0.98) EXPECT_EQ(onset.follow(seconds), 0) << seconds;
}

TEST(SuddenOnset, ARunMaySlowDownUntilItIsNone) {
  SuddenOnset onset;
  after(onset, 0.8, 10);
  double told = after(onset, 0.5, 10);
  for (double seconds = 0.5; seconds < 0.8; seconds *= 1.01) {
    const double now = onset.follow(seconds);
    EXPECT_LE(now, told) << seconds;
    told = now;
  }
  EXPECT_EQ(told, 0);
}

TEST(SuddenOnset, OfAnEarlyBeatNothingIsLeftBehindIt) {
  SuddenOnset onset;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(after(onset, 0.8, 5), 0);
    EXPECT_GT(onset.follow(0.5), 0);
    EXPECT_EQ(onset.follow(1.1), 0);
  }
}

TEST(SuddenOnset, WhereBigeminyEndsThereIsNone) {
  SuddenOnset onset;
  for (int i = 0; i < 20; ++i) onset.follow(0.5), onset.follow(1.1);
  EXPECT_EQ(after(onset, 0.8, 1), 0);
}

// In the pause, beats were missed or there was no signal.
TEST(SuddenOnset, BehindAPauseThereIsNone) {
  SuddenOnset onset;
  after(onset, 0.8, 10);
  onset.follow(3);
  EXPECT_EQ(after(onset, 0.8, 1), 0);
  EXPECT_EQ(after(onset, 0.8, 9), 0);
  EXPECT_GT(after(onset, 0.5, 20), 0);
  onset.follow(3);
  EXPECT_EQ(after(onset, 0.5, 10), 0);
}

TEST(SuddenOnset, OfTheFirstIntervalsNothingIsKnown) {
  SuddenOnset onset;
  EXPECT_EQ(onset.follow(0.8), 0);
  EXPECT_EQ(onset.follow(0.4), 0);
}

}  // namespace
}  // namespace galen::ecg
