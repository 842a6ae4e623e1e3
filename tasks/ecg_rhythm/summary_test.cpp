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

TEST(Counts, AStretchWithoutBeatsIsNoIntervalOfARate) {
  EXPECT_NEAR(counts_of({0.8f, 0.8f, 0.8f, 0.8f, 10.1f}, 20).rate_per_minute(), 75, 1e-4);
  EXPECT_EQ(counts_of({0.8f, 0.8f, 0.8f, 0.8f, 10.1f}, 20).slowest_per_minute, 0) << "no eight in a row";
  EXPECT_NEAR(counts_of({10}, 20).rate_per_minute(), 6, 1e-4);
}

TEST(Counts, RatesGoOnFromWhatWasCountedBefore) {
  const Counts first = counts_of({0.5f}, 6);
  EXPECT_EQ(first.fastest_per_minute, 0);
  Counts next;
  next.go_on_from(first);
  NamedBeat beat;
  beat.beat = Beat::normal;
  beat.interval_seconds = 0.5f;
  next.add(beat);
  EXPECT_EQ(next.fastest_per_minute, 0) << "seven";
  next.add(beat);
  EXPECT_NEAR(next.fastest_per_minute, 120, 1e-4);
  EXPECT_EQ(next.total(), 2);
}

TEST(Counts, WavesOfFibrillationAreNoBeatsAndTheNextBeatHasNoInterval) {
  Counts counts = counts_of({0.8f}, 10);
  NamedBeat wave;
  wave.beat = Beat::ventricular;
  wave.interval_seconds = 0.25f;
  wave.wave = true;
  for (int i = 0; i < 40; ++i) counts.add(wave);
  NamedBeat beat;
  beat.beat = Beat::normal;
  beat.interval_seconds = 0.25f;
  counts.add(beat);
  EXPECT_EQ(counts.total(), 11);
  EXPECT_EQ(counts.waves, 40);
  EXPECT_NEAR(counts.rate_per_minute(), 75, 1e-4);
  EXPECT_NEAR(counts.fastest_per_minute, 75, 1e-4);
  Finding finding;
  state_counts(counts, finding);
  EXPECT_EQ(finding.statements.front().value, 11);
  EXPECT_EQ(finding.statements.front().text, "11 beats, without 40 waves of ventricular flutter or fibrillation");
  Counts alone;
  alone.add(wave);
  finding = {};
  state_counts(alone, finding);
  EXPECT_EQ(finding.statements.front().text, "no beat was found but in ventricular flutter or fibrillation");
}

TEST(Counts, OneBeatIsNoBeats) {
  Counts counts = counts_of({0.8f}, 3);
  NamedBeat beat;
  beat.beat = Beat::supraventricular;
  counts.add(beat);
  Finding finding;
  state_counts(counts, finding);
  std::vector<std::string> texts;
  for (const Statement& statement : finding.statements) texts.push_back(statement.text);
  EXPECT_EQ(texts, (std::vector<std::string>{"4 beats", "mean heart rate 75/min", "3 normal beats (75.00 %)",
                                             "1 supraventricular ectopic beat (25.00 %)",
                                             "0 ventricular ectopic beats (0.00 %)", "0 fusion beats (0.00 %)",
                                             "0 unclassified or paced beats (0.00 %)"}));
}

TEST(EpisodeSums, TheirShareIsOfWhatWasRecorded) {
  EpisodeSums sums;
  sums.add({{.code = "afib", .begin_seconds = 10, .end_seconds = 40}});
  Finding finding;
  sums.state(60, finding);
  EXPECT_EQ(finding.statements.front().text,
            "atrial fibrillation: 1 episode, 30.0 s in all (50.0 % of recorded time), longest 30.0 s; not validated");
}

TEST(Counts, BehindAGapThereIsNoInterval) {
  EXPECT_NEAR(counts_of({0, 0.8f}, 20).rate_per_minute(), 75, 1e-4);
  EXPECT_EQ(counts_of({0, 0.8f}, 20).fastest_per_minute, 0) << "no eight in a row";
  EXPECT_TRUE(std::isnan(counts_of({0}, 20).rate_per_minute()));
}

}  // namespace
}  // namespace galen::ecg
