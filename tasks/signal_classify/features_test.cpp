#include "tasks/signal_classify/features.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/random.h"
#include "tasks/signal_classify/phantom.h"
#include "tasks/signal_classify/strip.h"

namespace galen::classify {
namespace {

Strip strip_of(const std::vector<Kind>& kinds, const PhantomOptions& options) {
  StripPlan plan;
  plan.channels = kinds;
  return read_strip(plan, phantom(kinds, options));
}

double rate_of(const std::vector<double>& intervals) {
  Features out;
  add_rhythm(out, "", intervals);
  return out.of("rate");
}

TEST(StripFeatures, TellARegularRhythmFromAnIrregularOne) {
  const Features regular = strip_of({Kind::ecg}, {.seconds = 30}).features;
  const Features irregular = strip_of({Kind::ecg}, {.rhythm = Rhythm::irregular, .seconds = 30}).features;
  EXPECT_NEAR(regular.of("main.rate"), 70, 1);
  EXPECT_NEAR(regular.of("main.beats"), 34, 1);
  EXPECT_LT(regular.of("main.rmssd"), 0.05);
  EXPECT_GT(irregular.of("main.rmssd"), 0.25);
  EXPECT_GT(regular.of("main.near_median"), 0.95);
  EXPECT_LT(irregular.of("main.near_median"), 0.5);
  EXPECT_LT(regular.of("main.sample_entropy"), -2);
  EXPECT_GT(irregular.of("main.sample_entropy"), -1);
}

TEST(StripFeatures, APWaveThatIsThereInEveryBeatIsSeen) {
  const Features with = strip_of({Kind::ecg}, {.seconds = 30}).features;
  const Features without = strip_of({Kind::ecg}, {.rhythm = Rhythm::irregular, .seconds = 30}).features;
  EXPECT_GT(with.of("main.p_wave"), 0.1);
  EXPECT_LT(without.of("main.p_wave"), 0.08);
  EXPECT_GT(with.of("main.p_coherence"), 0.9);
}

TEST(StripFeatures, DoNotDependOnWhichWayUpTheElectrodesWere) {
  const Features up = strip_of({Kind::ecg}, {}).features, down = strip_of({Kind::ecg}, {.inverted = true}).features;
  EXPECT_EQ(up.of("main.inverted"), 0);
  EXPECT_EQ(down.of("main.inverted"), 1);
  for (const char* name : {"main.rate", "main.p_wave", "main.breadth", "main.likeness_low"}) {
    EXPECT_NEAR(up.of(name), down.of(name), 1e-3 * std::abs(up.of(name))) << name;
  }
}

TEST(StripFeatures, ARunOfFastBroadBeatsIsMeasuredAndThePulseFalls) {
  const std::vector<Kind> kinds = {Kind::ecg, Kind::ecg, Kind::pressure, Kind::pulse};
  const Features quiet = strip_of(kinds, {.seconds = 16}).features;
  const Features attack = strip_of(kinds, {.rhythm = Rhythm::fast_and_broad, .seconds = 16}).features;
  EXPECT_NEAR(attack.of("main.fastest_5"), 180, 6);
  EXPECT_NEAR(quiet.of("main.fastest_5"), 70, 4);
  EXPECT_GE(attack.of("main.run"), 8);
  EXPECT_EQ(quiet.of("main.run"), 0);
  EXPECT_NEAR(quiet.of("pulse.rate"), 70, 2);
  EXPECT_LT(quiet.of("pressure.agreement"), 0.05);
  EXPECT_EQ(quiet.of("main.fast_broad_run"), 0);
  EXPECT_GE(attack.of("main.fast_broad_run"), 8);
  EXPECT_GT(quiet.of("pressure.least_swing"), -0.3);
  EXPECT_LT(attack.of("pressure.least_swing"), -1);
}

TEST(StripFeatures, AMissingChannelIsFlaggedAndItsNumbersAreUnknown) {
  StripPlan plan;
  plan.channels = {Kind::ecg, Kind::ecg, Kind::pressure, Kind::pulse};
  const Strip strip = read_strip(plan, phantom({Kind::ecg, Kind::pulse}, {.seconds = 16}));
  EXPECT_EQ(strip.there, (std::vector<bool>{true, false, false, true}));
  EXPECT_EQ(strip.features.of("pressure.there"), 0);
  EXPECT_EQ(strip.features.of("pulse.there"), 1);
  EXPECT_EQ(strip.features.of("lead2.there"), 0);
  EXPECT_TRUE(std::isnan(strip.features.of("pressure.rate")));
  EXPECT_TRUE(std::isnan(strip.features.of("lead2.rmssd")));
  EXPECT_EQ(strip.features.names, feature_names(plan));
}

TEST(CoefficientOfSampleEntropy, IsLowForAClockAndHighForChance) {
  std::vector<double> clock, chance;
  Random random(1, 0, 0, "test");
  for (int i = 0; i < 40; ++i) {
    clock.push_back(0.8 + 0.004 * random.normal());
    chance.push_back(random.uniform(0.4, 1.2));
  }
  EXPECT_NEAR(coefficient_of_sample_entropy(clock), std::log(0.06 / 0.8), 0.1);  // every pair agrees at 30 ms
  EXPECT_GT(coefficient_of_sample_entropy(chance), -0.8);
  EXPECT_TRUE(std::isnan(coefficient_of_sample_entropy(std::vector<double>(5, 0.8))));
}

TEST(FastestRate, IsOfSuccessiveIntervals) {
  const std::vector<double> intervals = {1, 0.5, 1, 0.5, 0.4, 0.6, 1};
  EXPECT_DOUBLE_EQ(fastest_rate(intervals, 3), 60 / 0.5);
  EXPECT_TRUE(std::isnan(fastest_rate(intervals, 8)));
  EXPECT_DOUBLE_EQ(rate_of({0.5, 0.6, 0.7}), 100);
}

}  // namespace
}  // namespace galen::classify
