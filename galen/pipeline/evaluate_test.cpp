#include "galen/pipeline/evaluate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "galen/base/message_test.h"
#include "galen/metric/bootstrap.h"
#include "galen/pipeline/paired_evaluation.h"

namespace galen {
namespace {

using ::testing::HasSubstr;

// Cases without files: the attribute "said" is the score in the record; "broken" makes the case fail.
class SpokenPredictor final : public Predictor {
 public:
  Finding predict(const Case&, Progress&) const override { return {}; }
  Record examine(const Case& input) const override {
    const std::string& said = input.attributes.at("said");
    if (said == "broken") throw Error("image", "is broken");
    return {input.id, input.patient, {}, {{"dice", std::stod(said)}}};
  }
};

class SpokenTask final : public Task {
 public:
  const TaskInfo& info() const override {
    static const TaskInfo info = {"spoken", 1, "Nothing", {}, {}, false};
    return info;
  }
  Recipe plan(const PlanRequest&) const override { return {}; }
  std::unique_ptr<Training> training(const TrainingRequest&) const override { return nullptr; }
  std::unique_ptr<Predictor> predictor(const PredictorRequest&) const override { return nullptr; }
  Scores score(const Bundle& bundle, const std::vector<Record>& records) const override {
    std::vector<std::string> patients;
    for (const Record& record : records) patients.push_back(record.patient);
    return {{"dice", bootstrap_mean(case_scores(bundle, records).at("dice").values, patients)}};
  }
  // The bundle's decision "more" is added to the score.
  std::map<std::string, CaseScores> case_scores(const Bundle& bundle,
                                                const std::vector<Record>& records) const override {
    std::map<std::string, CaseScores> out;
    out["error"].direction = Direction::lower_is_better;
    for (const Record& record : records) {
      out["dice"].values.push_back(record.values.at("dice").get<double>() + bundle.decision.value("more", 0.0));
      out["error"].values.push_back(1 - out["dice"].values.back());
    }
    return out;
  }
  void conclude(Bundle&, const std::vector<Record>&) const override {}
  std::map<std::string, Case> goldens(const Bundle&) const override { return {}; }
};

const SpokenTask task;
const Bundle bundle;

Evaluation evaluated(const std::vector<std::map<std::string, std::string>>& cases, const std::string& by) {
  Service service;
  service.bundle = std::make_shared<Bundle>();
  service.task = &task;
  service.predictor = std::make_shared<SpokenPredictor>();
  Dataset dataset;
  for (const auto& columns : cases) {
    const std::string id = fmt::format("c{}", dataset.rows.size());
    dataset.rows.push_back({id, id, Split::test, columns});
  }
  return evaluate(service, dataset, Split::test, {by}, no_progress());
}

TEST(Evaluate, NumbersAreScoredByTheirQuartilesAndMissingOnesApart) {
  std::vector<std::map<std::string, std::string>> cases;
  for (int i = 0; i < 40; ++i) {
    cases.push_back({{"said", i < 20 ? "0.5" : "0.9"}, {"age", std::to_string(40 + i)}});
  }
  cases.push_back({{"said", "0.1"}});
  const Evaluation evaluation = evaluated(cases, "age");
  ASSERT_EQ(evaluation.by.size(), 1u);
  const std::vector<Subgroup>& groups = evaluation.by.front().groups;
  ASSERT_EQ(groups.size(), 5u);
  EXPECT_EQ(groups.front().patients, 10);
  EXPECT_TRUE(groups.front().too_small);
  EXPECT_NEAR(groups.front().scores.at("dice").value, 0.5, 1e-12);
  EXPECT_NEAR(groups[3].scores.at("dice").value, 0.9, 1e-12);
  EXPECT_EQ(groups.back().name, not_stated);
  EXPECT_EQ(to_json(evaluation).at("by").at("age").size(), 5u);
}

TEST(Evaluate, SaysThatTheBundleLearnedFromTheDataset) {
  auto learned = std::make_shared<Bundle>();
  learned->training["dataset_fingerprint"] = "abc";
  Service service;
  service.bundle = learned;
  service.task = &task;
  service.predictor = std::make_shared<SpokenPredictor>();
  Dataset dataset;
  dataset.rows = {{"a", "a", Split::train, {{"said", "0.5"}}}, {"b", "b", Split::test, {{"said", "0.5"}}}};
  const auto protocol = [&](Split split) { return evaluate(service, dataset, split, {}, no_progress()).protocol; };
  EXPECT_THAT(protocol(Split::train), Not(HasSubstr("trained on")));
  dataset.fingerprint = "abc";
  EXPECT_THAT(protocol(Split::train), HasSubstr("trained on this dataset"));
  EXPECT_THAT(protocol(Split::test), Not(HasSubstr("trained on")));
}

TEST(Evaluate, TellsHowFarTheGroupsAreApart) {
  std::vector<std::map<std::string, std::string>> cases;
  for (int i = 0; i < 60; ++i) {
    cases.push_back({{"said", fmt::format("{}", (i % 3 == 0 ? 0.6 : 0.8) + 0.001 * (i % 5))},
                     {"site", i % 3 == 0   ? "A"
                              : i % 3 == 1 ? "B"
                                           : "C"}});
  }
  cases.push_back({{"said", "0.1"}});  // no site stated: left out of the comparisons
  const Evaluation evaluation = evaluated(cases, "site");
  const FairnessTable& gaps = evaluation.gaps.at("site").at("dice");
  ASSERT_EQ(gaps.groups.size(), 3u);
  EXPECT_NEAR(gaps.groups[0].difference.value, -0.2, 0.01);
  EXPECT_LT(gaps.groups[0].difference.high, -0.15);
  EXPECT_NEAR(gaps.groups[1].difference.value, 0.1, 0.01);
  EXPECT_NEAR(gaps.range, 0.2, 0.01);
  EXPECT_TRUE(to_json(evaluation).at("gaps").at("site").at("dice").at("groups").at(0).at("apart").get<bool>());
  EXPECT_FALSE(to_json(evaluated({{{"said", "1"}, {"sex", "f"}}}, "sex")).contains("gaps")) << "one group";
}

TEST(Evaluate, GapsAreOfThePatientsWhoHaveTheScoreInTheGroupsOfAll) {
  std::vector<std::map<std::string, std::string>> cases;
  for (int i = 0; i < 80; ++i) {
    cases.push_back({{"said", i < 30 ? "nan" : i < 60 ? "0.5" : "0.9"}, {"age", std::to_string(i)}});
  }
  const Evaluation evaluation = evaluated(cases, "age");
  const std::vector<Subgroup>& all = evaluation.by.front().groups;
  const std::vector<GroupGap>& told = evaluation.gaps.at("age").at("dice").groups;
  ASSERT_EQ(all.size(), 4u);
  ASSERT_EQ(told.size(), 3u) << "of the youngest nothing is told";
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i].name, all[i + 1].name);
  EXPECT_EQ(told[0].patients, 10);  // of 20
  EXPECT_TRUE(told[0].too_small);
  EXPECT_EQ(told[0].difference.n, 50);
  EXPECT_EQ(told[2].patients, 20);
}

TEST(Evaluate, AnAttributeOfNoCaseIsRefusedAndAFailedCaseIsAValue) {
  EXPECT_THAT(message_of([] { evaluated({{{"said", "1"}}}, "age"); }), HasSubstr("attribute age: no case has it"));
  const Evaluation evaluation = evaluated({{{"said", "1"}, {"sex", "f"}}, {{"said", "broken"}, {"sex", "m"}}}, "sex");
  ASSERT_EQ(evaluation.examination.failed.size(), 1u);
  EXPECT_EQ(evaluation.by.front().groups.size(), 1u);
}

std::vector<Record> records_of(const std::vector<double>& dice) {
  std::vector<Record> records;
  for (const double value : dice) {
    const std::string id = fmt::format("c{}", records.size());
    records.push_back({id, id, {}, {{"dice", value}}});
  }
  return records;
}

TEST(PairedEvaluation, ComparesCaseByCaseInTheDirectionOfEachScore) {
  std::vector<double> worse, better;
  for (int i = 0; i < 30; ++i) {
    worse.push_back(0.3 + 0.02 * i);
    better.push_back(worse.back() + 0.01);
  }
  std::vector<Record> second = records_of(worse);
  std::ranges::reverse(second);  // pairs are matched by case, not by order
  second.erase(second.begin());
  const PairedEvaluation paired = compare_records(task, {bundle, records_of(better)}, {bundle, second});
  EXPECT_EQ(paired.cases, 29);
  EXPECT_EQ(paired.left_out, 1);
  for (const char* name : {"dice", "error"}) {
    EXPECT_EQ(paired.scores.at(name).verdict, Verdict::better) << name;
    EXPECT_NEAR(paired.scores.at(name).difference.value, 0.01, 1e-9) << name;
    EXPECT_NEAR(paired.scores.at(name).difference.low, 0.01, 1e-9) << name;
  }
  const PairedEvaluation within =
      compare_records(task, {bundle, records_of(worse)}, {bundle, records_of(better)}, {{"dice", 0.02}});
  EXPECT_EQ(within.scores.at("dice").verdict, Verdict::as_good);
  EXPECT_EQ(within.scores.at("error").verdict, Verdict::worse);
  const Json json = to_json(within);
  EXPECT_EQ(json.at("metrics").at("dice").at("verdict"), "as good");
  EXPECT_NEAR(json.at("metrics").at("dice").at("difference").at("value").get<double>(), -0.01, 1e-9);
}

TEST(PairedEvaluation, EachBundleJudgesItsOwnRecords) {
  Bundle other;
  other.decision = {{"more", 0.1}};
  const std::vector<Record> records = records_of({0.5, 0.6, 0.7});
  const PairedEvaluation paired = compare_records(task, {bundle, records}, {other, records});
  EXPECT_NEAR(paired.scores.at("dice").second.value, 0.7, 1e-12);
  EXPECT_NEAR(paired.scores.at("dice").difference.value, -0.1, 1e-12);
}

TEST(PairedEvaluation, RefusesWhatCannotBeCompared) {
  const std::vector<Record> records = records_of({0.5, 0.6});
  EXPECT_THAT(message_of([&] { compare_records(task, {bundle, records}, {bundle, {}}); }), HasSubstr("no case"));
  EXPECT_THAT(message_of([&] { compare_records(task, {bundle, records}, {bundle, records}, {{"iou", 0.1}}); }),
              HasSubstr("margin of iou: is of no score that both bundles have; name with --margin one of dice, error"));
  EXPECT_THAT(message_of([&] { compare_records(task, {bundle, records}, {bundle, records}, {{"dice", -1}}); }),
              HasSubstr("is negative"));
}

}  // namespace
}  // namespace galen
