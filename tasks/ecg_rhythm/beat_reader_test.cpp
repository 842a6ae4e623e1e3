// What is usual for a patient, as the reader remembers it.
#include "tasks/ecg_rhythm/beat_reader.h"

#include <gtest/gtest.h>

#include "galen/data/memory_source.h"
#include "galen/prep/ecg_leads.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/reading.h"

namespace galen::ecg {
namespace {

std::vector<BeatToken> read(const Phantom& made) {
  std::vector<BeatToken> tokens = read_beats(BeatPlan{}, {made.signal, {0, 1}, {made.beats, {}, false}});
  std::erase_if(tokens, [](const BeatToken& token) { return token.is_pause(); });
  return tokens;
}

TEST(BeatReader, APauseIsOneAtAnyRate) {
  const auto pauses = [](double rate_hz) {
    const Phantom made = phantom("NNNNNNNNNNNNNNNNNNNN-----NNNNNNNNNN", {.rate_hz = rate_hz});
    return std::ranges::count_if(read_beats(BeatPlan{}, {made.signal, {0, 1}, {made.beats, {}, false}}),
                                 &BeatToken::is_pause);
  };
  EXPECT_GT(pauses(200), 0);
  for (const double rate_hz : {102.4, 204.8, 250.1}) EXPECT_EQ(pauses(rate_hz), pauses(200)) << rate_hz;
}

TEST(BeatReader, EveryBeatBeforeWhatIsKnownHasItsToken) {
  const Phantom made = phantom("NNNNNNVNNNNNVNNNNNVNNNNNN", {.rate_hz = 250});
  BeatReader reader(BeatPlan{}, 250, 2);
  std::int64_t known = 0;
  for (std::int64_t begin = 0; begin + 10 <= made.signal.length; begin += 10) {
    std::vector<BeatToken> tokens;
    reader.push(read_leads(made.signal, {0, 1}, begin, 10), tokens);
    for (const BeatToken& token : tokens) EXPECT_TRUE(token.is_pause() || token.sample >= known) << token.sample;
    known = std::max(known, reader.known_until());
  }
}

TEST(BeatReader, AMinuteAndAHalfOfVentricularBeatsDoesNotBecomeUsual) {
  const std::size_t before = 300, run = 170;  // more than half of the intervals and complexes, if kept by count
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

// Flutter waves are not the patient's complexes, and there are far more of them than of beats.
TEST(BeatReader, FlutterTeachesNothing) {
  const std::size_t before = 120;
  std::vector<BeatToken> tokens =
      read(phantom(std::string(before, 'N') + std::string(200, '~') + std::string(40, 'N')));
  std::erase_if(tokens, [&, begin = tokens[before].at_seconds](const BeatToken& token) {
    return token.at_seconds < begin + 208;  // the first beats are not found, being smaller than the waves
  });
  ASSERT_GT(tokens.size(), 20U);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    ASSERT_GT(tokens[i].feature(Feature::likeness), 0.95) << "beat " << i;
    ASSERT_NEAR(tokens[i].feature(Feature::before), 0, 0.4) << "beat " << i;
  }
}

TEST(BeatReader, BehindFlutterThePaceIsAnotherOne) {
  const Phantom slow = phantom(std::string(150, 'N') + std::string(30, '~'), {.per_minute = 50});
  const Phantom fast = phantom(std::string(30, 'N'), {.per_minute = 90});
  std::vector<std::vector<float>> samples;
  for (std::size_t lead = 0; lead < lead_count; ++lead) {
    samples.push_back(slow.signal.source->read(lead, 0, slow.signal.length));
    const std::vector<float> rest = fast.signal.source->read(lead, 0, fast.signal.length);
    samples.back().insert(samples.back().end(), rest.begin(), rest.end());
  }
  const Signal both = held_signal(slow.signal.channels, slow.signal.rate_hz, std::move(samples));
  int beats = 0;
  for (BeatToken& token : read({both, {}})) {
    if (token.at_seconds < slow.signal.seconds() + 8) continue;
    ASSERT_NEAR(token.feature(Feature::before), 0, 0.4) << "at " << token.at_seconds;
    ++beats;
  }
  EXPECT_GT(beats, 10);
}

// At every heart rate: what is remembered must not fall into step with it.
TEST(BeatReader, TrigeminyDoesNotBecomeUsual) {
  for (const double per_minute : {60., 72., 90.}) {
    std::string beats(100, 'N');
    for (int i = 0; i < 200; ++i) beats += "NNV";
    std::vector<BeatToken> tokens = read(phantom(beats, {.per_minute = per_minute}));
    ASSERT_EQ(tokens.size(), beats.size());
    for (std::size_t i = tokens.size() - 90; i + 1 < tokens.size(); ++i) {
      const float likeness = tokens[i].feature(Feature::likeness);
      ASSERT_EQ(likeness > 0.9, beats[i] == 'N') << "beat " << i << " at " << per_minute << " a minute";
    }
  }
}

TEST(BeatReader, ItIsToldWhatBecameOfAShape) {
  std::string beats;
  for (int i = 0; i < 20; ++i) beats += "NNNNNNV";
  std::vector<BeatToken> tokens = read(phantom(beats));
  ASSERT_EQ(tokens.size(), beats.size());
  BeatToken& ventricular = tokens[beats.size() - 8];
  EXPECT_LT(ventricular.feature(Feature::onset), -1);
  EXPECT_GT(ventricular.feature(Feature::offset), 0.5);
}

// With oxygen saturation at 1 Hz in it, an EDF's signal as a whole has a rate of 1 Hz.
TEST(BeatReader, OfSlowChannelsBesideAnEcgNothingIsSeen) {
  const Phantom made = phantom(std::string(30, 'N'));
  const std::int64_t seconds = made.signal.length / 360;
  std::vector<std::vector<float>> samples = {std::vector<float>(static_cast<std::size_t>(seconds), 97.f)};
  for (std::size_t lead = 0; lead < lead_count; ++lead)
    samples.push_back(made.signal.source->read(lead, 0, 360 * seconds));
  const Signal alone = held_signal(made.signal.channels, 360, {samples[1], samples[2]});
  Signal beside = alone;
  beside.channels = {{"SpO2", "%", 1}, {"II", "mV", 360}, {"V1", "mV", 360}};
  beside.rate_hz = 1;
  beside.length = seconds;
  beside.source = std::make_shared<MemorySource>("signal", samples);
  const auto tokens = [](const Signal& signal) {
    return read_beats(BeatPlan{}, recording_of({"one", "one", {{"signal", signal}}, {}, {}}));
  };
  const std::vector<BeatToken> of_ecg = tokens(alone), of_all = tokens(beside);
  ASSERT_EQ(of_all.size(), of_ecg.size());
  for (std::size_t i = 0; i < of_ecg.size(); ++i) {
    EXPECT_EQ(of_all[i].at_seconds, of_ecg[i].at_seconds);
    EXPECT_EQ(of_all[i].crop, of_ecg[i].crop);
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
