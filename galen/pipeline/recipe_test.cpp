#include "galen/pipeline/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"

namespace galen {
namespace {

using ::testing::HasSubstr;

Recipe read(const std::string& text) {
  const Json json = parse_json(text, "recipe.json");
  return recipe_from_json(JsonView(json, "recipe.json"));
}

TEST(Recipe, SurvivesWritingAndReading) {
  Recipe recipe;
  recipe.task = "image_segment";
  recipe.seed = 0xffff'ffff'ffff'ffffull;
  recipe.schedule.method = "adamw";
  recipe.schedule.learning_rate = 0.1 + 0.2;
  recipe.schedule.epochs = 7;
  recipe.schedule.keep = "last";
  recipe.plan = {{"patch", {40, 56, 40}}};
  const Json written = to_json(recipe);
  const Recipe again = recipe_from_json(JsonView(parse_json(written.dump(), "x"), "x"));
  EXPECT_EQ(to_json(again), written);
  EXPECT_EQ(again.seed, recipe.seed);
  EXPECT_EQ(again.schedule.learning_rate, recipe.schedule.learning_rate);
}

TEST(Recipe, WhatIsLeftOutHasItsDefault) {
  const Recipe recipe = read(R"({"task": "t", "schedule": {"epochs": 3}})");
  EXPECT_EQ(recipe.schedule.epochs, 3);
  EXPECT_EQ(recipe.schedule.batches_per_epoch, Schedule{}.batches_per_epoch);
  EXPECT_TRUE(recipe.plan.is_object());
}

TEST(Recipe, RefusesWithThePlaceOfTheMistake) {
  EXPECT_THAT(message_of([] { read(R"({"task": "t", "shedule": {}})"); }), HasSubstr("shedule"));
  EXPECT_THAT(message_of([] { read(R"({})"); }), HasSubstr("task"));
  EXPECT_THAT(message_of([] { read(R"({"task": "t", "seed": -1})"); }), HasSubstr("seed"));
  EXPECT_THAT(message_of([] { read(R"({"task": "t", "seed": 1.5})"); }), HasSubstr("seed"));
  EXPECT_THAT(message_of([] { read(R"({"task": "t", "plan": []})"); }), HasSubstr("plan"));
  for (const char* field :
       {R"("epochs": 0)", R"("epochs": 2.5)", R"("epochs": 1e3)", R"("epochs": 4294967297)", R"("epochs": "3")",
        R"("momentum": 1)", R"("learning_rate": -1)", R"("ema_decay": 1.0)", R"("method": "adam")",
        R"("decay": "step")", R"("keep": "none")", R"("epoch": 3)", R"("validate_every": 0)", R"("accumulate": -2)"}) {
    const std::string text = std::string(R"({"task": "t", "schedule": {)") + field + "}}";
    EXPECT_THAT(message_of([&] { read(text); }), HasSubstr("schedule")) << field;
  }
}

TEST(SetValue, ChangesOneValueThatExists) {
  Json recipe = parse_json(R"({"schedule": {"epochs": 100, "method": "sgd"}, "plan": {"patch": [1, 2]}})", "x");
  set_value(recipe, "schedule.epochs=20");
  set_value(recipe, "schedule.method=adamw");
  set_value(recipe, "plan.patch.1=64");
  EXPECT_EQ(recipe.dump(), R"({"schedule":{"epochs":20,"method":"adamw"},"plan":{"patch":[1,64]}})");
  set_value(recipe, "plan.patch=[3,4,5]");
  EXPECT_EQ(recipe["plan"]["patch"].size(), 3u);
}

TEST(SetValue, RefusesAsWrongUsage) {
  Json recipe = parse_json(R"({"schedule": {"epochs": 100}, "patch": [1]})", "x");
  const Json before = recipe;
  for (const char* text : {"schedule.epoch=20", "schedule.epochs", "=3", "schedule.epochs=many", "schedule.epochs=",
                           "schedule.epochs=[1]", "schedule=3", "patch.1=3", "patch.x=3", "schedule.epochs.x=1"}) {
    try {
      set_value(recipe, text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::usage) << error.what();
    }
  }
  EXPECT_EQ(recipe, before);
}

}  // namespace
}  // namespace galen
