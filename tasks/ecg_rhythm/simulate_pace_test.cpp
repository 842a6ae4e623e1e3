#include <cmath>

#include "tasks/ecg_rhythm/simulated_rhythm_test.h"

namespace galen::ecg {
namespace {

TEST_F(SimulatedRhythm, AnotherPaceStaysNormalAndIsTold) {
  float fastest = 0, slowest = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random = anew(seed);
    // While it is being learned, the usual interval is not the same for both beats.
    const auto difference = [&](std::size_t i) { return feature(i, Feature::before) - feature(i - 1, Feature::next); };
    std::vector<float> were(1);
    for (std::size_t i = 1; i < tokens_.size(); ++i) were.push_back(difference(i));
    change_pace(sequence(), plan_, random);
    EXPECT_EQ(of(Beat::normal).size(), tokens_.size());
    for (std::size_t i = 1; i < tokens_.size(); ++i) {
      ASSERT_NEAR(difference(i), were[i], 1e-4) << "seed " << seed << ", beat " << i;
      const double usual = 0.8 * std::exp(feature(i, Feature::usual) / 4);
      ASSERT_GT(usual * std::exp(feature(i, Feature::before) / 4), 0.33);
      fastest = std::min(fastest, feature(i, Feature::pace)), slowest = std::max(slowest, feature(i, Feature::pace));
    }
  }
  EXPECT_LT(fastest, -1);
  EXPECT_GT(slowest, 0.5);
}

}  // namespace
}  // namespace galen::ecg
