#include "tasks/signal_classify/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "galen/metric/logistic.h"
#include "galen/metric/stats.h"
#include "galen/trust/conformal.h"
#include "tasks/signal_classify/conclude.h"
#include "tasks/signal_classify/strip.h"
#include "tasks/signal_classify/task.h"

namespace galen::classify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<ClassLabel> three = {{0, "normal", {}}, {1, "af", {}}, {2, "noise", {}}};
const std::vector<ClassLabel> alarm = {{0, "false", {}}, {1, "true", {}}};

Bundle bundle_of(const StripPlan& plan, const std::vector<ClassLabel>& classes) {
  Recipe recipe;
  recipe.task = "signal_classify";
  put_into_recipe(plan, recipe);
  Bundle bundle;
  bundle.id = "test";
  bundle.recipe = to_json(recipe);
  bundle.classes = classes;
  return bundle;
}

Record record_of(int number, std::vector<double> logits, int truth, std::vector<float> features = {}) {
  const std::string name = std::to_string(number);
  return {name, name, {}, to_json(StripRecord{std::move(logits), truth, std::move(features)})};
}

TEST(StripScores, WeighClassesAsTheMixHasThem) {
  StripPlan plan;
  plan.not_scored = {"noise"};
  std::vector<Record> records;
  // normal: 3 of 4 right, one taken for af; af: 2 of 2 right; noise: 1 taken for af.
  for (int i = 0; i < 3; ++i) records.push_back(record_of(i, {2, 0, 0}, 0));
  records.push_back(record_of(3, {0, 2, 0}, 0));
  for (int i = 4; i < 6; ++i) records.push_back(record_of(i, {0, 2, 0}, 1));
  records.push_back(record_of(6, {0, 2, 0}, 2));
  Scores scores = score_strips(bundle_of(plan, three), records);
  EXPECT_NEAR(scores.at("f1.normal").value, 2 * 3 / 7.0, 1e-9);
  EXPECT_NEAR(scores.at("f1.af").value, 2 * 2 / 6.0, 1e-9);
  EXPECT_NEAR(scores.at("f1.mean").value, (6 / 7.0 + 4 / 6.0) / 2, 1e-9);
  plan.class_mix = {{"normal", 8}, {"af", 1}, {"noise", 1}};
  scores = score_strips(bundle_of(plan, three), records);
  // As of ten strips: 8 normal (6 right, 2 taken for af), 1 af, 1 noise, taken for af.
  EXPECT_NEAR(scores.at("f1.af").value, 2 * 1 / (1 + 4.0), 1e-9);
  EXPECT_NEAR(scores.at("accuracy").value, 0.7, 1e-9);
}

TEST(StripScores, OfAlarmsCountAMissFiveTimes) {
  StripPlan plan;
  plan.missed_cost = 5;
  std::vector<Record> records;
  for (int i = 0; i < 6; ++i) records.push_back(record_of(i, {1, -1}, 0));
  records.push_back(record_of(6, {-1, 1}, 0));
  for (int i = 7; i < 9; ++i) records.push_back(record_of(i, {-1, 1}, 1));
  records.push_back(record_of(9, {}, 1));  // could not be assessed: no alarm
  const Scores scores = score_strips(bundle_of(plan, alarm), records);
  EXPECT_NEAR(scores.at("score").value, 8.0 / (8 + 1 + 5), 1e-9);
  EXPECT_NEAR(scores.at("sensitivity").value, 2 / 3.0, 1e-9);
  EXPECT_NEAR(scores.at("specificity").value, 6 / 7.0, 1e-9);
}

TEST(StripScores, OfSingleStripsAreThoseThatScoresAreMeansOf) {
  const auto names_of_means = [](const Bundle& bundle, const std::vector<Record>& records) {
    const Scores scores = score_strips(bundle, records);
    std::vector<std::string> names;
    for (const auto& [name, column] : signal_classify()->case_scores(bundle, records)) {
      EXPECT_EQ(column.values.size(), records.size()) << name;
      EXPECT_EQ(column.direction, Direction::higher_is_better) << name;
      EXPECT_NEAR(mean_of_defined(column.values), scores.at(name).value, 1e-9) << name;
      names.push_back(name);
    }
    return names;
  };
  const std::vector<Record> of_three = {record_of(0, {2, 0, 0}, 0), record_of(1, {0, 2, 0}, 2)};
  const std::vector<Record> of_two = {record_of(0, {1, -1}, 0), record_of(1, {-1, 1}, 0), record_of(2, {1, -1}, 0),
                                      record_of(3, {-1, 1}, 1), record_of(4, {}, 1)};
  StripPlan plan;
  EXPECT_THAT(names_of_means(bundle_of(plan, three), of_three), ElementsAre("accuracy"));
  EXPECT_THAT(names_of_means(bundle_of(plan, alarm), of_two), ElementsAre("accuracy", "sensitivity", "specificity"));
  plan.class_mix = {{"false", 9}, {"true", 1}};  // accuracy then weights classes: no mean over strips
  EXPECT_THAT(names_of_means(bundle_of(plan, alarm), of_two), ElementsAre("sensitivity", "specificity"));
}

TEST(Decision, OfACostIsTheBestThresholdThatThereIs) {
  StripPlan plan;
  plan.missed_cost = 5;
  std::vector<Judged> strips;
  for (int i = 1; i < 100; ++i) {  // calibrated: of the strips with p, a share of p are true
    const double p = i / 100.0;
    strips.push_back({{1 - p, p}, 1, p});
    strips.push_back({{1 - p, p}, 0, 1 - p});
  }
  const Decision decision = fit_decision(plan, alarm, strips);
  const auto score_at = [&](double threshold) {
    Counts counts(2);
    for (const Judged& one : strips) {
      counts.of[static_cast<std::size_t>(one.truth)][one.probabilities[1] >= threshold] += one.weight;
    }
    return counts.score(5);
  };
  Counts counts(2);
  for (const Judged& one : strips) {
    counts.of[static_cast<std::size_t>(one.truth)][static_cast<std::size_t>(decision.of(one.probabilities))] +=
        one.weight;
  }
  double best = 0;
  for (int i = 1; i < 100; ++i) best = std::max(best, score_at(i / 100.0));
  EXPECT_NEAR(counts.score(5), best, 1e-9);
  EXPECT_GT(best, score_at(0.5) + 0.05);
  EXPECT_EQ(decision_from_json({to_json(decision), "test"}).of(std::vector{0.6, 0.4}), 1);
}

StripPlan of_alarms() {
  StripPlan plan;
  plan.missed_cost = 5;
  return plan;
}

std::vector<Record> alarms(int count) {
  const std::size_t features = feature_names(of_alarms()).size();
  Random random(1, 0, 0, "test");
  std::vector<Record> records;
  for (int i = 0; i < count; ++i) {
    const int truth = random.chance(0.3);
    const double logit = 1.5 * (truth == 1 ? 1 : -1) + 2 * random.normal();
    std::vector<float> its(features);
    for (float& v : its) v = static_cast<float>(random.normal());
    records.push_back(record_of(i, {0, logit}, truth, its));
  }
  return records;
}

TEST(Conclusions, AreNotUsedToJudgeTheStripsThatTheyAreFrom) {
  Bundle bundle = bundle_of(of_alarms(), alarm);
  std::vector<Record> records = alarms(200);
  const auto task = signal_classify();
  task->conclude(bundle, records);
  const Scores own = task->score(bundle, records);
  EXPECT_NEAR(mean_of_defined(task->case_scores(bundle, records).at("accuracy").values), own.at("accuracy").value,
              1e-9);
  for (Record& record : records) record.case_id += "'";
  const Scores others = task->score(bundle, records);
  EXPECT_EQ(own.at("score").n, 200);
  EXPECT_NE(own.at("auroc").value, others.at("auroc").value);
  EXPECT_NEAR(own.at("score").value, others.at("score").value, 0.1);
  EXPECT_GT(bundle.coverage["class"]["observed"].get<double>(), 0.8);
  EXPECT_TRUE(bundle.reference.contains("profile"));
}

TEST(Conclusions, AreNotUsedToJudgeAPartOfTheStripsThatTheyAreFrom) {
  Bundle bundle = bundle_of(of_alarms(), alarm);
  const std::vector<Record> records = alarms(200);
  const auto task = signal_classify();
  task->conclude(bundle, records);
  const std::vector<Record> part(records.begin(), records.begin() + 60);
  std::vector<Record> others = part;
  for (Record& record : others) record.case_id += "'";
  EXPECT_NE(task->score(bundle, part).at("auroc").value, task->score(bundle, others).at("auroc").value);
  EXPECT_FALSE(task->score(bundle, part).contains("set.coverage"));
  std::vector<Record> mixed = part;
  mixed.back().case_id += "'";
  EXPECT_EQ(task->score(bundle, mixed).at("set.coverage").n, 1) << "one is new";
  // With one patient there are no others to fit on: the most probable class is taken.
  for (std::size_t i = 0; i < 20; ++i) {
    const StripRecord strip = strip_record_from_json({records[i].values, "test"});
    const bool second = strip.logits[1] > strip.logits[0];
    EXPECT_EQ(task->score(bundle, {records[i]}).at("accuracy").value, second == (strip.truth == 1) ? 1 : 0) << i;
  }
}

TEST(Conclusions, OfAnEarlierBundleAreKnownByAllTheirStripsTogether) {
  Bundle bundle = bundle_of(of_alarms(), alarm);
  const std::vector<Record> records = alarms(3);
  const auto task = signal_classify();
  task->conclude(bundle, records);
  bundle.decision["fitted_on"] = "b78a1987bcbdc090";  // sha256sum of the lines 0, 1, 2
  EXPECT_FALSE(task->score(bundle, records).contains("set.coverage"));
  EXPECT_TRUE(task->score(bundle, alarms(2)).contains("set.coverage"));
}

TEST(StripScores, TellOfNewStripsWhetherThePromisesHold) {
  Bundle bundle = bundle_of(of_alarms(), alarm);
  const auto task = signal_classify();
  task->conclude(bundle, alarms(200));
  const ConformalSets sets{0.9, true, {0.3, 0.6}, {20, 20}};
  bundle.decision["sets"] = to_json(sets);
  bundle.decision["shift"] = {0, 0};
  bundle.calibration["calibration"] = to_json(Calibration());
  std::vector<Record> records;
  int number = 1000;
  const auto put = [&](double probability, int truth) {
    records.push_back(record_of(number++, {0, logit(probability)}, truth));
  };
  // A set contains "false" from a probability of 0.7, "true" from 0.4, and always the likelier class.
  put(0.9, 1);
  put(0.9, 0);  // not in its set
  put(0.5, 1);
  put(0.2, 0);
  put(0.2, 1);                                    // not in its set
  records.push_back(record_of(number++, {}, 1));  // has no set
  const Scores scores = task->score(bundle, records);
  EXPECT_DOUBLE_EQ(scores.at("set.coverage").value, 3.0 / 5);
  EXPECT_EQ(scores.at("set.coverage").n, 5);
  EXPECT_NEAR(scores.at("brier").value, (0.01 + 0.81 + 0.25 + 0.04 + 0.64) / 5, 1e-9);
  EXPECT_TRUE(scores.contains("calibration.slope"));
  EXPECT_TRUE(scores.contains("calibration.intercept"));
  StripPlan mixed = of_alarms();
  mixed.class_mix = {{"false", 9}, {"true", 1}};
  Bundle of_mix = bundle_of(mixed, alarm);
  of_mix.decision = bundle.decision;
  of_mix.calibration = bundle.calibration;
  EXPECT_FALSE(task->score(of_mix, records).contains("brier")) << "these strips are not of the mix";
}

TEST(StripScores, OfWhatIsAlwaysRightAreNotSure) {
  std::vector<Record> records;
  for (int i = 0; i < 8; ++i)
    records.push_back(record_of(i, i < 5 ? std::vector{1.0, -1.0} : std::vector{-1.0, 1.0}, i >= 5));
  const Scores scores = score_strips(bundle_of(of_alarms(), alarm), records);
  EXPECT_EQ(scores.at("specificity").low, binomial_interval(5, 5).low);
  EXPECT_EQ(scores.at("sensitivity").low, binomial_interval(3, 3).low);
  EXPECT_EQ(scores.at("accuracy").low, binomial_interval(8, 8).low);
  EXPECT_EQ(scores.at("f1.mean").low, 1);
}

TEST(StripPlanInRecipe, ComesBackAndRefusesWhatCannotBe) {
  StripPlan plan;
  plan.channels = {Kind::ecg, Kind::pulse};
  plan.class_mix = {{"false", 2}, {"true", 1}};
  Recipe recipe;
  recipe.task = "signal_classify";
  put_into_recipe(plan, recipe);
  EXPECT_EQ(plan_from_recipe(recipe).channels, plan.channels);
  EXPECT_EQ(plan_from_recipe(recipe).class_mix, plan.class_mix);
  EXPECT_EQ(plan_from_recipe(recipe).encoder.in_channels, 4);
  EXPECT_EQ(recipe.network.dump(),
            R"({"features":[16,24,32,48,64],"blocks":[1,1,1,1,1],"kernel":7,"stem_stride":2,"squeeze":4,"heads":0,)"
            R"("hidden":48,"dropout":0.3})");
  require_fit(plan, alarm);
  EXPECT_THAT(message_of([&] { require_fit(plan, three); }), HasSubstr("no class of the dataset"));
  plan.class_mix.clear();
  plan.missed_cost = 5;
  EXPECT_THAT(message_of([&] { require_fit(plan, three); }), HasSubstr("does not fit 3 classes"));
  recipe.plan["channels"] = {"eeg"};
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe); }), HasSubstr("'eeg' is no kind of channel"));
  put_into_recipe(plan, recipe);
  recipe.network["kernel"] = 8;
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe); }), HasSubstr("odd, below 1024"));
  recipe.network.erase("kernel");
  EXPECT_THAT(message_of([&] { plan_from_recipe(recipe); }), HasSubstr("kernel"));
}

}  // namespace
}  // namespace galen::classify
