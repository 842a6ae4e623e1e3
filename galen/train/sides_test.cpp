#include "galen/train/sides.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "galen/base/error.h"

namespace galen {
namespace {

Dataset dataset_of(int patients, int cases_each) {
  Dataset dataset;
  dataset.name = "made";
  for (int p = 0; p < patients; ++p) {
    for (int c = 0; c < cases_each; ++c) {
      dataset.rows.push_back({fmt::format("c{}-{}", p, c), fmt::format("p{}", p), Split::train, {}});
    }
  }
  return dataset;
}
std::set<std::string> patients_of(const Rows& rows) {
  std::set<std::string> out;
  for (const DatasetRow* row : rows) out.insert(row->patient);
  return out;
}
bool disjoint(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::none_of(a.begin(), a.end(), [&](const std::string& name) { return b.contains(name); });
}

TEST(Folds, KeepPatientsOnOneSideAndJudgeEachCaseOnce) {
  const Dataset dataset = dataset_of(17, 2);
  std::multiset<std::string> judged;
  for (int fold = 0; fold < 5; ++fold) {
    const Sides sides = sides_of_fold(dataset, 5, fold, Schedule{}, 3);
    const auto train = patients_of(sides.train), validate = patients_of(sides.validate),
               test = patients_of(sides.report);
    EXPECT_TRUE(disjoint(train, validate) && disjoint(train, test) && disjoint(validate, test));
    EXPECT_EQ(train.size() + validate.size() + test.size(), 17u);
    EXPECT_EQ(validate.size(), 2u);
    EXPECT_EQ(sides.conclude, sides.report);
    for (const DatasetRow* row : sides.report) judged.insert(row->id);
  }
  EXPECT_EQ(judged.size(), 34u);
  EXPECT_EQ(std::set<std::string>(judged.begin(), judged.end()).size(), 34u);
}

TEST(Folds, TrainOnAllOthersWhereNothingIsChosen) {
  const Dataset dataset = dataset_of(17, 2);
  Schedule schedule;
  schedule.keep = "last";
  const Sides sides = sides_of_fold(dataset, 5, 0, schedule, 3);
  EXPECT_EQ(sides.validate, sides.report);
  EXPECT_EQ(patients_of(sides.train).size() + patients_of(sides.report).size(), 17u);
  EXPECT_TRUE(disjoint(patients_of(sides.train), patients_of(sides.report)));
  schedule.patience = 3;
  EXPECT_TRUE(disjoint(patients_of(sides_of_fold(dataset, 5, 0, schedule, 3).validate), patients_of(sides.report)));
}

TEST(Folds, NeedPatientsEnough) {
  EXPECT_THROW(sides_of_fold(dataset_of(2, 5), 2, 0, Schedule{}, 1), Error);
  EXPECT_NO_THROW(sides_of_fold(dataset_of(3, 1), 3, 0, Schedule{}, 1));
  std::string remedy;
  for (const int fold : {0, 1}) {
    try {
      sides_of_fold(dataset_of(3, 1), 2, fold, Schedule{}, 1);
    } catch (const Error& error) {
      remedy = error.remedy();
    }
  }
  EXPECT_EQ(remedy, "take more folds, or more patients");
}

TEST(Folds, SupportTrainsInEachAndJudgesInNone) {
  Dataset dataset = dataset_of(10, 1);
  for (int i = 7; i < 10; ++i) dataset.rows[static_cast<std::size_t>(i)].split = Split::support;
  const std::set<std::string> support = {"p7", "p8", "p9"};
  for (int fold = 0; fold < 3; ++fold) {
    const Sides sides = sides_of_fold(dataset, 3, fold, Schedule{}, 1);
    EXPECT_TRUE(disjoint(patients_of(sides.report), support) && disjoint(patients_of(sides.validate), support));
    EXPECT_FALSE(sides.report.empty());
    const std::set<std::string> train = patients_of(sides.train);
    for (const std::string& patient : support) EXPECT_TRUE(train.contains(patient));
  }
  EXPECT_EQ(count_patients(sides_of_splits(dataset, 1).train), 9) << "one of seven validates";
  EXPECT_THROW(sides_of_fold(dataset, 8, 0, Schedule{}, 1), Error) << "support makes no folds";
}

TEST(Splits, AreTakenAsTheDatasetHasThem) {
  Dataset dataset = dataset_of(4, 1);
  dataset.rows[1].split = Split::validate;
  dataset.rows[2].split = Split::calibrate;
  dataset.rows[3].split = Split::test;
  const Sides sides = sides_of_splits(dataset, 1);
  EXPECT_EQ(sides.train, Rows{&dataset.rows[0]});
  EXPECT_EQ(sides.validate, Rows{&dataset.rows[1]});
  EXPECT_EQ(sides.conclude, Rows{&dataset.rows[2]});
  EXPECT_EQ(sides.report, Rows{&dataset.rows[3]});
  EXPECT_EQ(without_test(dataset).rows.size(), 3u);
}

TEST(Splits, WithoutValidateAPartOfTheTrainingPatientsIsCarvedOut) {
  const Dataset dataset = dataset_of(16, 2);
  const Sides sides = sides_of_splits(dataset, 1);
  EXPECT_EQ(patients_of(sides.validate).size(), 2u);
  EXPECT_TRUE(disjoint(patients_of(sides.train), patients_of(sides.validate)));
  Dataset none = dataset;
  for (DatasetRow& row : none.rows) row.split = Split::test;
  EXPECT_THROW(sides_of_splits(none, 1), Error);
}

}  // namespace
}  // namespace galen
