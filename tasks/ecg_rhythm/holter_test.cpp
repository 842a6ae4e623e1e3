// What a report says of beats and episodes that are known.
#include "tasks/ecg_rhythm/holter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/data/memory_source.h"
#include "tasks/ecg_rhythm/truth.h"

namespace galen::ecg {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Signal of_seconds(std::size_t seconds) {
  return held_signal({{"II", "mV", 1}}, 100, {std::vector<float>(100 * seconds)});
}

TEST(Holter, TheTimeBetweenBeatsAboutAGapIsNoInterval) {
  const Signal signal = of_seconds(200);
  Holter holter(signal, Bundle());
  for (int i = 0; i < 200; ++i) {
    const bool missed = i % 20 == 10, behind_gap = i % 20 == 11;  // two beats' time: 1.6 s
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
  truth_of(annotations, signal.rate_hz, signal.length);  // refuses what lies outside
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

TEST(Holter, NoMarkLiesOutsideTheRecording) {
  EXPECT_THAT(rhythms_of(of_seconds(100), {{"afib", 10, 100}}), ElementsAre(Pair(10, "(AFIB")));
  EXPECT_THAT(rhythms_of(of_seconds(100), {{"vf", 10, 100}}), ElementsAre(Pair(10, "["), Pair(99.99, "]")));
}

}  // namespace
}  // namespace galen::ecg
