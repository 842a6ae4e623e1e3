#include "galen/train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen {
namespace {

Schedule schedule_with(const std::string& decay, int warmup = 0) {
  Schedule schedule;
  schedule.decay = decay;
  schedule.learning_rate = 0.5;
  schedule.warmup_updates = warmup;
  return schedule;
}

TEST(LearningRate, FollowsItsClosedForms) {
  const Course course{.updates = 100};
  for (const int u : {0, 1, 50, 99}) {
    EXPECT_DOUBLE_EQ(learning_rate(schedule_with("polynomial"), course, u), 0.5 * std::pow(1 - u / 100.0, 0.9));
    EXPECT_DOUBLE_EQ(learning_rate(schedule_with("cosine"), course, u), 0.25 * (1 + std::cos(M_PI * u / 100.0)));
    EXPECT_DOUBLE_EQ(learning_rate(schedule_with("constant"), course, u), 0.5);
  }
  EXPECT_EQ(learning_rate(schedule_with("polynomial"), course, 100), 0);
  EXPECT_NEAR(learning_rate(schedule_with("cosine"), course, 50), 0.25, 1e-12);
}

TEST(LearningRate, WarmsUpLinearly) {
  const Course course{.updates = 100};
  const Schedule schedule = schedule_with("constant", 4);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, course, 0), 0.125);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, course, 2), 0.375);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, course, 3), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, course, 4), 0.5);
}

TEST(UpdateRule, LetsTheAverageWarmUp) {
  Schedule schedule;
  schedule.ema_decay = 0.99;
  const Course course{.updates = 5000};
  EXPECT_DOUBLE_EQ(update_rule(schedule, course, 0).ema_decay, 0.1);
  EXPECT_DOUBLE_EQ(update_rule(schedule, course, 90).ema_decay, 0.91);
  EXPECT_DOUBLE_EQ(update_rule(schedule, course, 2000).ema_decay, 0.99);
  schedule.ema_decay = 0;
  EXPECT_EQ(update_rule(schedule, course, 90).ema_decay, 0);
}

TEST(Course, MovesItsEndWithoutAJump) {
  Course course{.updates = 1000};
  const double before = course.progress(100);
  course.move_end(100, 200);
  EXPECT_DOUBLE_EQ(course.progress(100), before);
  EXPECT_DOUBLE_EQ(course.progress(150), before + (1 - before) / 2);
  EXPECT_EQ(course.progress(200), 1);
  course.move_end(150, 150);
  EXPECT_EQ(course.progress(150), 1);
  EXPECT_THROW(course.move_end(151, 150), Error);
}

}  // namespace
}  // namespace galen
