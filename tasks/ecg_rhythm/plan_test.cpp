#include "tasks/ecg_rhythm/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"

namespace galen::ecg {
namespace {

using testing::HasSubstr;

Recipe recipe_of(const BeatPlan& plan) {
  Recipe recipe;
  put_into_recipe(plan, recipe);
  return recipe;
}

TEST(BeatPlan, GoesIntoARecipeAndBack) {
  BeatPlan plan;
  plan.width = 32;
  plan.logit_adjustment[static_cast<std::size_t>(Beat::ventricular)] = 0.25;
  const Recipe recipe = recipe_of(plan);
  EXPECT_EQ(recipe.plan["logit_adjustment"]["V"], 0.25);
  const Recipe again = recipe_of(plan_from_recipe(recipe));
  EXPECT_EQ(again.plan, recipe.plan);
  EXPECT_EQ(again.network, recipe.network);
}

TEST(BeatPlan, ABeatNeedsOneBehindIt) {
  BeatPlan plan;
  plan.bands = {{4, 0}};
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe_of(plan)); }), HasSubstr("bands"));
}

TEST(BeatPlan, AnAdjustmentOfNoClassOrOutOfRangeIsRefused) {
  Recipe recipe = recipe_of({});
  recipe.plan["logit_adjustment"]["V"] = 21;
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe); }), HasSubstr("logit_adjustment.V"));
  recipe = recipe_of({});
  recipe.plan["logit_adjustment"]["W"] = 1;
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe); }), HasSubstr("'W'"));
  recipe = recipe_of({});
  recipe.plan["logit_adjustment"].erase("S");
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe); }), HasSubstr("'S'"));
}

}  // namespace
}  // namespace galen::ecg
