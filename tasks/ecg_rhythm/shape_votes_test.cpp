#include "tasks/ecg_rhythm/shape_votes.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::ecg {
namespace {

class Votes : public ::testing::Test {
 protected:
  // A bump of this width about the R peak, in both leads.
  std::vector<float> complex_of(double width, double noise = 0) const {
    std::vector<float> out(lead_count * static_cast<std::size_t>(plan_.crop_samples));
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double x = static_cast<double>(static_cast<std::int64_t>(i) % plan_.crop_samples - plan_.crop_before);
      out[i] =
          static_cast<float>(std::exp(-0.5 * x * x / (width * width)) + noise * std::sin(3.0 * static_cast<double>(i)));
    }
    return out;
  }
  // Logits with V above N by this much.
  std::array<float, beat_classes> logits_of(float v) const { return {0, -9, v, -9, -9, -9}; }

  BeatPlan plan_;
  ShapeVotes votes_{plan_};
};

TEST_F(Votes, BeatsOfOneShapeAreNamedAlike) {
  for (int i = 0; i < 30; ++i) {
    auto narrow = logits_of(-4), broad = logits_of(4);
    votes_.vote(complex_of(2, 0.02 * (i % 3)), narrow);
    votes_.vote(complex_of(7, 0.02 * (i % 3)), broad);
    EXPECT_LT(narrow[2], 0);
    EXPECT_GT(broad[2], 0);
  }
  EXPECT_EQ(votes_.shapes(), 2u);
  auto doubtful = logits_of(-1);
  votes_.vote(complex_of(7), doubtful);
  EXPECT_GT(doubtful[2], 0) << "its shape was V thirty times";
  auto sure = logits_of(-8);
  votes_.vote(complex_of(7), sure);
  EXPECT_LT(sure[2], 0) << "votes have half the weight at most";
}

TEST_F(Votes, TheFirstOfItsShapeStaysAndWhatIsNoBeatDoesNotVote) {
  auto first = logits_of(3);
  votes_.vote(complex_of(2), first);
  EXPECT_FLOAT_EQ(first[2], 3);
  std::array<float, beat_classes> none = {0, 0, 1, 0, 0, 5};
  votes_.vote(complex_of(9), none);
  EXPECT_FLOAT_EQ(none[2], 1);
  EXPECT_EQ(votes_.shapes(), 1u);
}

TEST_F(Votes, AnEmptyCropIsAShapeLikeAnyOther) {
  std::vector<float> nothing(lead_count * static_cast<std::size_t>(plan_.crop_samples));
  for (int i = 0; i < 3; ++i) {
    auto logits = logits_of(1);
    votes_.vote(nothing, logits);
    EXPECT_TRUE(std::isfinite(logits[2]));
  }
}

}  // namespace
}  // namespace galen::ecg
