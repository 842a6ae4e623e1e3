#include "tasks/ecg_rhythm/beat_features.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "galen/base/random.h"

namespace galen::ecg {
namespace {

TEST(BeatFeatures, DisorderIsOfFibrillationAndNotOfSinusRhythm) {
  const std::vector<double> clock(told_intervals, 0.8);
  std::vector<double> chance;
  Random random(1, 0, 0, "test");
  while (chance.size() < told_intervals) chance.push_back(random.uniform(0.4, 1.1));
  const auto disorder = [](const std::vector<double>& intervals) {
    std::array<float, feature_count> features{};
    tell_intervals(intervals, 0.8, features);
    return features[static_cast<std::size_t>(Feature::disorder)];
  };
  EXPECT_LT(disorder(clock), -1);
  EXPECT_GT(disorder(chance), 0);
  EXPECT_EQ(disorder({0.8, 0.9}), 0) << "too few";
}

}  // namespace
}  // namespace galen::ecg
