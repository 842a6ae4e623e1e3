// What is usual for a patient, as the reader remembers it.
#include "tasks/ecg_rhythm/beat_reader.h"

#include <gtest/gtest.h>

#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/reading.h"

namespace galen::ecg {
namespace {

std::vector<BeatToken> read(const Phantom& made) {
  std::vector<BeatToken> tokens = read_beats(BeatPlan{}, {made.signal, {0, 1}, {made.beats, {}, false}});
  std::erase_if(tokens, [](const BeatToken& token) { return token.is_pause(); });
  return tokens;
}

TEST(BeatReader, AMinuteAndAHalfOfVentricularBeatsDoesNotBecomeUsual) {
  const std::size_t before = 300, run = 170;  // more than half of the intervals and complexes that a count would keep
  const Phantom made = phantom(std::string(before, 'N') + std::string(run, 'V') + std::string(10, 'N'));
  EXPECT_GT(made.beats[before + run - 1].sample - made.beats[before].sample, 90 * made.signal.rate_hz);
  std::vector<BeatToken> tokens = read(made);
  ASSERT_EQ(tokens.size(), made.beats.size());
  for (std::size_t i = before + 20; i < before + run; ++i) {
    ASSERT_LT(tokens[i].feature(Feature::likeness), 0.9) << "beat " << i;
    ASSERT_LT(tokens[i].feature(Feature::before), -1) << "beat " << i;
  }
  for (std::size_t i = before + run + 2; i < tokens.size(); ++i) {
    ASSERT_GT(tokens[i].feature(Feature::likeness), 0.95) << "beat " << i;
    ASSERT_NEAR(tokens[i].feature(Feature::before), 0, 0.4) << "beat " << i;
  }
}

TEST(BeatReader, WhatLastsBecomesUsual) {
  const std::size_t before = 100;
  const Phantom made = phantom(std::string(before, 'N') + std::string(420, 'V'));
  std::vector<BeatToken> tokens = read(made);
  EXPECT_GT(tokens.back().feature(Feature::likeness), 0.95);
  EXPECT_NEAR(tokens.back().feature(Feature::before), 0, 0.4);
}

}  // namespace
}  // namespace galen::ecg
