#include "tasks/ecg_rhythm/augment_beats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"

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

}  // namespace
}  // namespace galen::ecg
