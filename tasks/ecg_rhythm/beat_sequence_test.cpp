#include "tasks/ecg_rhythm/simulated_rhythm_test.h"

namespace galen::ecg {
namespace {

TEST_F(SimulatedRhythm, OnlySequencesOfNormalBeatsAreTaken) {
  EXPECT_TRUE(all_normal(sequence()));
  targets_[5 * beat_classes] = 0;
  EXPECT_TRUE(all_normal(sequence())) << "a beat that does not count";
  targets_[5 * beat_classes + 2] = 1;
  EXPECT_FALSE(all_normal(sequence()));
}

}  // namespace
}  // namespace galen::ecg
