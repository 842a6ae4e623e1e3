// What a report says of beats and episodes that are known.
#include "tasks/ecg_rhythm/holter.h"

#include <gtest/gtest.h>

#include "galen/data/memory_source.h"

namespace galen::ecg {
namespace {

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

}  // namespace
}  // namespace galen::ecg
