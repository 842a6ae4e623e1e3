// What a report says about known beats and episodes.
#include "tasks/ecg_rhythm/holter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/data/memory_source.h"
#include "tasks/ecg_rhythm/holter_figures.h"
#include "tasks/ecg_rhythm/holter_tables.h"
#include "tasks/ecg_rhythm/truth.h"

namespace galen::ecg {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

Signal of_seconds(std::size_t seconds) {
  return held_signal({{"II", "mV", 1}}, 100, {std::vector<float>(100 * seconds)});
}

TEST(Holter, TheTimeBetweenBeatsAboutAGapIsNoInterval) {
  const Signal signal = of_seconds(200);
  Holter holter(signal, Bundle());
  for (int i = 0; i < 200; ++i) {
    const bool missed = i % 20 == 10, behind_gap = i % 20 == 11;  // the time of two beats: 1.6 s
    if (!missed) holter.beats.push_back({0.8 * i, i > 0 && !behind_gap ? 0.8f : 0.f, Beat::normal});
  }
  const Hrv hrv = variability_of(holter);
  EXPECT_EQ(hrv.nn_intervals, 199 - 2 * 10);
  EXPECT_NEAR(hrv.at("rmssd").value.value(), 0, 1e-6);
}

std::vector<std::pair<double, std::string>> rhythms_of(const Signal& signal, const std::vector<Episode>& episodes) {
  Holter holter(signal, Bundle());
  holter.beats.push_back({1, 0, Beat::normal});
  holter.episodes = episodes;
  const Annotations annotations = annotations_of(holter);
  truth_of(annotations, signal.rate_hz, signal.length);  // refuses marks outside the recording
  std::vector<std::pair<double, std::string>> out;
  for (const Mark& mark : annotations.marks) {
    if (mark.code != "N") out.emplace_back(mark.at_seconds, mark.code == "+" ? mark.text : mark.code);
  }
  return out;
}

TEST(Holter, ARhythmIsMarkedUntilItEndsWhateverEndsWithinIt) {
  const std::vector<Episode> episodes = {
      {"afib", 10, 90}, {"vt", 20, 22}, {"bigeminy", 40, 50}, {"tachycardia", 60, 70}, {"svta", 90, 95}};
  EXPECT_THAT(rhythms_of(of_seconds(100), episodes),
              ElementsAre(Pair(10, "(AFIB"), Pair(20, "(VT"), Pair(22, "(AFIB"), Pair(90, "(SVTA"), Pair(95, "(N")));
}

TEST(Holter, NoOtherRhythmIsMarkedInFlutter) {
  const std::vector<Episode> episodes = {{"vt", 10, 25}, {"vf", 20, 40}, {"afib", 30, 60}};
  EXPECT_THAT(rhythms_of(of_seconds(100), episodes), ElementsAre(Pair(10, "(VT"), Pair(20, "["), Pair(20, "(VFL"),
                                                                 Pair(40, "]"), Pair(40, "(AFIB"), Pair(60, "(N")));
}

TEST(Holter, BradycardiaIsMarkedWhereNoOtherRhythmIs) {
  const std::vector<Episode> episodes = {{"bradycardia", 10, 90}, {"afib", 20, 60}, {"bigeminy", 70, 80}};
  EXPECT_THAT(rhythms_of(of_seconds(100), episodes), ElementsAre(Pair(10, "(SBR"), Pair(20, "(AFIB"), Pair(60, "(SBR"),
                                                                 Pair(70, "(B"), Pair(80, "(SBR"), Pair(90, "(N")));
}

TEST(Holter, VariabilityIsNotOfBeatsInFibrillation) {
  const Signal signal = of_seconds(200);
  Holter holter(signal, Bundle());
  for (int i = 0; i < 200; ++i) holter.beats.push_back({0.8 * i, i > 0 ? 0.8f : 0.f, Beat::normal});
  EXPECT_EQ(variability_of(holter).nn_intervals, 199);
  holter.episodes = {{"tachycardia", 0, 160}, {"afib", 0.8 * 100 - 0.1, 0.8 * 110 - 0.1}};
  EXPECT_EQ(variability_of(holter).nn_intervals, 199 - 11) << "ten beats, and the intervals about them";
  holter.episodes = {{"afib", 0, 60}};
  const Hrv hrv = variability_of(holter);
  EXPECT_FALSE(hrv.at("sdnn").value);
  EXPECT_THAT(hrv.at("sdnn").why_absent, HasSubstr("left out"));
}

TEST(Holter, WavesOfVentricularFibrillationAreCountedApart) {
  const Signal signal = of_seconds(100);
  Holter holter(signal, Bundle());
  for (int i = 0; i < 50; ++i) holter.beats.push_back({0.8 * i, i > 0 ? 0.8f : 0.f, Beat::normal});
  for (int i = 1; i <= 100; ++i) holter.beats.push_back({39.2 + 0.25 * i, 0.25f, Beat::ventricular});
  for (int i = 1; i <= 20; ++i) holter.beats.push_back({64.2 + 0.8 * i, 0.8f, Beat::normal});
  EXPECT_EQ(counts_of(holter).total(), 170);
  holter.episodes = {{"vf", 39.3, 64.3}};
  for (const Counts& counts : {counts_of(holter), hours_of(holter).front()}) {
    EXPECT_EQ(counts.total(), 70);
    EXPECT_EQ(counts.waves, 100);
    EXPECT_EQ(counts.beats[static_cast<std::size_t>(Beat::ventricular)], 0);
    EXPECT_NEAR(counts.fastest_per_minute, 75, 1e-4);
  }
  EXPECT_EQ(std::ranges::count(annotations_of(holter).marks, "V", &Mark::code), 100) << "they stay marked";
}

TEST(Holter, RatesOfTheHoursAreThoseOfTheWhole) {
  const Signal signal = of_seconds(3700);
  Holter holter(signal, Bundle());
  double at = 0;
  while (at < 3690) {
    const float interval = std::abs(at - 3600) < 3 ? 0.5f : 0.8f;  // fast only across the boundary
    holter.beats.push_back({at += interval, interval, Beat::normal});
  }
  const Counts whole = counts_of(holter);
  const std::vector<Counts> hours = hours_of(holter);
  ASSERT_EQ(hours.size(), 2u);
  EXPECT_GT(whole.fastest_per_minute, 110);
  EXPECT_EQ(std::max(hours[0].fastest_per_minute, hours[1].fastest_per_minute), whole.fastest_per_minute);
  EXPECT_EQ(hours[0].total() + hours[1].total(), whole.total());
}

TEST(Holter, TablesTellTheTimeOfDayWhereItIsKnown) {
  Signal signal = of_seconds(7200);
  Holter holter(signal, Bundle());
  const std::vector<Episode> episodes = {{"vt", 3661, 3665}};
  EXPECT_THAT(episodes_table(episodes, "").columns, Not(Contains("clock")));
  EXPECT_THAT(hours_table(holter, {}).columns, Not(Contains("clock")));
  signal.started_at = "2026-01-02T22:30:00";
  const TableArtefact table = episodes_table(episodes, signal.started_at), hours = hours_table(holter, {});
  EXPECT_THAT(table.columns, ElementsAre("condition", "begin (from the start)", "clock", "seconds", "beats",
                                         "mean per minute", "extreme per minute"));
  EXPECT_EQ(table.rows.front().at(1), "1:01:01.0");
  EXPECT_EQ(table.rows.front().at(2), "23:31:01");
  ASSERT_EQ(hours.rows.size(), 2u);
  EXPECT_EQ(hours.rows[1].at(0), "1");
  EXPECT_EQ(hours.rows[1].at(1), "23:30:00");
  EXPECT_EQ(hours.rows[1].size(), hours.columns.size());
}

TEST(Holter, AClassWithoutARecordedComplexHasNoTemplate) {
  std::vector<float> samples(1000);
  std::fill_n(samples.begin() + 600, 200, std::nanf(""));
  const Signal signal = held_signal({{"II", "mV", 1}}, 100, {samples});
  Holter holter(signal, Bundle());
  holter.beats = {
      {0.2, 0, Beat::ventricular}, {4, 0, Beat::normal}, {7, 0, Beat::supraventricular}, {9.7, 0, Beat::ventricular}};
  Finding finding;
  add_templates(holter, finding);
  ASSERT_EQ(finding.artefacts.size(), 1u);
  EXPECT_EQ(finding.artefacts[0].name, "template.0");
}

TEST(Holter, NoMarkLiesOutsideTheRecording) {
  EXPECT_THAT(rhythms_of(of_seconds(100), {{"afib", 10, 100}}), ElementsAre(Pair(10, "(AFIB")));
  EXPECT_THAT(rhythms_of(of_seconds(100), {{"vf", 10, 100}}),
              ElementsAre(Pair(10, "["), Pair(10, "(VFL"), Pair(99.99, "]")));
}

}  // namespace
}  // namespace galen::ecg
