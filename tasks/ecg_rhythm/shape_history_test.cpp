// The history of each shape, as the network is told of it.
#include "tasks/ecg_rhythm/shape_history.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::ecg {
namespace {

class History : public ::testing::Test {
 protected:
  // A bump of this width about the R peak, in both leads.
  std::vector<float> complex_of(double width) const {
    std::vector<float> out(lead_count * static_cast<std::size_t>(plan_.crop_samples));
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double x = static_cast<double>(static_cast<std::int64_t>(i) % plan_.crop_samples - plan_.crop_before);
      out[i] = static_cast<float>(std::exp(-0.5 * x * x / (width * width)));
    }
    return out;
  }
  void learn(double width, float before) {
    std::array<float, feature_count> features{};
    features[static_cast<std::size_t>(Feature::before)] = before;
    history_.follow(complex_of(width), features, true);
  }
  float told(double width, Feature which) {
    std::array<float, feature_count> features{};
    history_.follow(complex_of(width), features, false);
    return features[static_cast<std::size_t>(which)];
  }
  static constexpr double narrow = 2, broad = 7;

  BeatPlan plan_;
  ShapeHistory history_{plan_};
};

TEST_F(History, OfWhatWasNeverSeenNothingIsKnown) {
  for (int i = 0; i < 20; ++i) learn(narrow, 0);
  EXPECT_EQ(told(broad, Feature::onset), 0);
  EXPECT_EQ(told(broad, Feature::offset), 0);
}

TEST_F(History, EarlyBeatsWithAPauseAreTold) {
  for (int i = 0; i < 20; ++i) {
    for (int k = 0; k < 6; ++k) learn(narrow, k == 0 && i > 0 ? 1.f : 0.f);
    learn(broad, -2);
  }
  EXPECT_NEAR(told(broad, Feature::onset), -2, 0.3);
  EXPECT_NEAR(told(broad, Feature::offset), 1, 0.2);
  EXPECT_NEAR(told(narrow, Feature::onset), 1, 0.2) << "behind the pause";
}

// A ventricular rhythm no faster than the sinus rhythm is recognised by how it begins.
TEST_F(History, InARunOnlyItsBeginAndItsEndCount) {
  for (int i = 0; i < 10; ++i) {
    for (int k = 0; k < 10; ++k) learn(narrow, 0);
    for (int k = 0; k < 20; ++k) learn(broad, k == 0 ? -1.5f : 0.f);
  }
  EXPECT_NEAR(told(broad, Feature::onset), -1.5, 0.3);
  EXPECT_EQ(told(broad, Feature::offset), 0);
}

TEST_F(History, AnotherConductionIsOnTime) {
  for (int i = 0; i < 60; ++i) learn(i % 3 == 0 ? broad : narrow, i % 2 == 0 ? 0.2f : -0.2f);
  EXPECT_NEAR(told(broad, Feature::onset), 0, 0.1);
}

}  // namespace
}  // namespace galen::ecg
