#include "tasks/ecg_rhythm/simulated_rhythm_test.h"

namespace galen::ecg {
namespace {

TEST_F(SimulatedRhythm, OtherConductionIsBroaderOnTimeAndStaysNormal) {
  double broadest = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random = anew(seed);
    const std::vector<float> before = features_;
    change_conduction(sequence(), plan_, random);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      broadest = std::max<double>(broadest, feature(i, Feature::breadth));
      EXPECT_EQ(feature(i, Feature::before), before[i * feature_count + static_cast<std::size_t>(Feature::before)]);
    }
    EXPECT_EQ(of(Beat::normal).size(), tokens_.size());
  }
  EXPECT_GT(broadest, 0.3);
}

TEST_F(SimulatedRhythm, ABundleBranchBlockIsUsualAndStaysNormal) {
  Random random(1, 0, 0, "test");
  const std::vector<float> were = crops_;
  block_bundle(sequence(), plan_, random);
  EXPECT_NE(crops_, were);
  EXPECT_EQ(of(Beat::normal).size(), tokens_.size());
  for (std::size_t i = 5; i < tokens_.size(); ++i) {
    ASSERT_GT(feature(i, Feature::likeness), 0.9) << "what is usual is blocked too";
    ASSERT_NEAR(feature(i, Feature::breadth), 0, 0.5);
  }
}

TEST_F(SimulatedRhythm, EarlyBeatsMayBeConductedWithoutTheBlock) {
  std::size_t narrow = 0, early = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random = anew(seed);
    make_premature(sequence(), plan_, random);
    block_bundle(sequence(), plan_, random);
    for (const std::size_t beat : of(Beat::supraventricular)) {
      ++early;
      narrow += feature(beat, Feature::breadth) < -0.2;
    }
  }
  EXPECT_GT(narrow, early / 8);
  EXPECT_LT(narrow, 7 * early / 8);
}

}  // namespace
}  // namespace galen::ecg
