#include "tasks/ecg_rhythm/augment_beats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"
#include "tasks/ecg_rhythm/beat_features.h"
#include "tasks/ecg_rhythm/simulated_rhythm_test.h"

namespace galen::ecg {
namespace {

using testing::HasSubstr;

std::string refusal(const Json& json) {
  return message_of([&] { augmentation_from_json({json, "recipe: augmentation"}); });
}

TEST(BeatAugmentation, GoesIntoARecipeAndBack) {
  BeatAugmentation augmentation;
  augmentation.blur = 0.75;
  const Json json = to_json(augmentation);
  EXPECT_EQ(to_json(augmentation_from_json({json, "recipe: augmentation"})), json);
}

TEST(BeatAugmentation, KeysThatNobodyKnowsAndValuesOutOfRangeAreRefused) {
  Json json = to_json(BeatAugmentation{});
  json["swap_lead"] = 0.5;
  EXPECT_EQ(refusal(json), "recipe: augmentation: has an unknown key 'swap_lead'; see the names in a planned recipe");
  json.erase("swap_lead");
  json["noise"] = 2;
  EXPECT_THAT(refusal(json), HasSubstr("augmentation.noise: is out of range"));
}

/// A sinus rhythm whose first lead bears noise, so that the leads tell different things, changed in one way.
class AugmentBeats : public SimulatedRhythm {
 protected:
  void SetUp() override {
    SimulatedRhythm::SetUp();
    const SequenceView view{sequence(), plan_};
    Random random(1, 0, 0, "noise");
    for (std::size_t beat = 0; beat < view.count(); ++beat) {
      for (float& v : view.crop(beat, 0)) v += static_cast<float>(0.1 * random.normal());
      compare_with_usual(view.complex(beat), view.usual_complex(beat), plan_, view.features(beat));
    }
  }
  void change(double BeatAugmentation::* which) {
    BeatAugmentation augmentation = nothing();
    augmentation.*which = 1;
    augment_beats(sequence(), plan_, augmentation, random_);
  }
  static BeatAugmentation nothing() {
    Json json = to_json(BeatAugmentation{});
    for (auto& [name, value] : json.items()) value = 0;
    return augmentation_from_json({json, "none"});
  }
  float sum_of_lead(std::size_t lead) {
    float sum = 0;
    for (const float v : SequenceView{sequence(), plan_}.crop(9, lead)) sum += std::abs(v);
    return sum;
  }

  Random random_{2, 0, 0, "augment"};
};

TEST_F(AugmentBeats, WithLeadsSwappedFeaturesTellOfTheOtherLead) {
  const float first = feature(9, Feature::likeness), second = feature(9, Feature::second_likeness);
  const float height = feature(9, Feature::second_height);
  ASSERT_LT(first, 0.999f);
  ASSERT_GT(second, 0.999f);
  change(&BeatAugmentation::swap_leads);
  EXPECT_EQ(feature(9, Feature::likeness), second);
  EXPECT_EQ(feature(9, Feature::second_likeness), first);
  EXPECT_EQ(feature(9, Feature::height), height);
}

TEST_F(AugmentBeats, NothingIsToldOfALeadThatWasDropped) {
  const float second = feature(9, Feature::second_likeness);
  change(&BeatAugmentation::drop_first);
  EXPECT_EQ(sum_of_lead(0), 0);
  for (const Feature one : {Feature::likeness, Feature::height, Feature::breadth}) EXPECT_EQ(feature(9, one), 0);
  EXPECT_EQ(feature(9, Feature::second_likeness), second);
}

TEST_F(AugmentBeats, TheOnlyLeadIsNeverDropped) {
  change(&BeatAugmentation::drop_second);
  change(&BeatAugmentation::drop_first);
  EXPECT_GT(sum_of_lead(0), 0);
  EXPECT_EQ(sum_of_lead(1), 0);
}

TEST_F(AugmentBeats, FeaturesAreThoseOfTheBeatBeforeNoise) {
  const float first = feature(9, Feature::likeness);
  change(&BeatAugmentation::noise);
  EXPECT_EQ(feature(9, Feature::likeness), first);
}

}  // namespace
}  // namespace galen::ecg
