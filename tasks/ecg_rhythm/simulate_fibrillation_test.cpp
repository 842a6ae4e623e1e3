#include <cmath>

#include "tasks/ecg_rhythm/simulated_rhythm_test.h"

namespace galen::ecg {
namespace {

TEST_F(SimulatedRhythm, FibrillationIsUnevenAndItsBeatsStayNormal) {
  Random random(1, 0, 0, "test");
  fibrillate(sequence(), plan_, random);
  double squares = 0;
  for (std::size_t i = 0; i < tokens_.size(); ++i) squares += std::pow(feature(i, Feature::before), 2);
  EXPECT_GT(std::sqrt(squares / static_cast<double>(tokens_.size())), 0.3);
  EXPECT_EQ(of(Beat::normal).size(), tokens_.size());
  EXPECT_GT(feature(10, Feature::uneven), 0.4);
  EXPECT_GT(feature(40, Feature::disorder), 0);
}

TEST_F(SimulatedRhythm, FibrillationIsIrregularAndSinusRhythmIsNot) {
  EXPECT_FALSE(is_irregular(sequence()));
  Random random(3, 0, 0, "test");
  fibrillate(sequence(), plan_, random);
  EXPECT_TRUE(is_irregular(sequence()));
}

}  // namespace
}  // namespace galen::ecg
