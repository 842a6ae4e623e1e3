#include "galen/metric/bootstrap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "galen/base/random.h"
#include "galen/base/threads.h"
#include "galen/metric/paired.h"
#include "galen/metric/stats.h"
#include "galen/metric/subgroup.h"

namespace galen {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> numbered(int count, int cases_each = 1) {
  std::vector<std::string> patients;
  for (int i = 0; i < count * cases_each; ++i) patients.push_back(std::to_string(i / cases_each));
  return patients;
}

std::vector<double> normal_values(std::size_t count, std::uint64_t item, double centre = 0) {
  Random random(11, 0, item, "values");
  std::vector<double> values(count);
  for (double& value : values) value = centre + random.normal();
  return values;
}

TEST(Bootstrap, CoversTheTrueMeanAboutAsOftenAsItSays) {
  int covered = 0;
  constexpr int repetitions = 600;
  for (int i = 0; i < repetitions; ++i) {
    const auto values = normal_values(40, static_cast<std::uint64_t>(i), 3);
    const Score score = bootstrap_mean(values, numbered(40), {.draws = 400, .seed = 5});
    covered += score.low <= 3 && 3 <= score.high;
  }
  const Range range = binomial_interval(covered, repetitions, 0.99);
  EXPECT_GT(range.high, 0.94);  // percentiles of 40 normal values cover a little less than 95 %
  EXPECT_LT(range.low, 0.95);
}

TEST(Bootstrap, OverPatientsIsWiderThanOverTheirDuplicatedCases) {
  std::vector<double> values;
  for (const double value : normal_values(30, 0)) values.insert(values.end(), 4, value);
  const Score by_patient = bootstrap_mean(values, numbered(30, 4));
  const Score by_case = bootstrap_mean(values, numbered(120));
  EXPECT_EQ(by_patient.n, 30);
  EXPECT_EQ(by_case.n, 120);
  EXPECT_NEAR((by_patient.high - by_patient.low) / (by_case.high - by_case.low), 2, 0.2);  // sqrt of 4
}

TEST(Bootstrap, DependsOnTheSeedAndNotOnThreads) {
  const auto values = normal_values(50, 1);
  const auto patients = numbered(50);
  const int threads = thread_count();
  const Score many = bootstrap_mean(values, patients);
  set_thread_count(1);
  const Score one = bootstrap_mean(values, patients);
  set_thread_count(threads);
  EXPECT_EQ(many.low, one.low);
  EXPECT_EQ(many.high, one.high);
  EXPECT_NE(bootstrap_mean(values, patients, {.seed = 2}).low, many.low);
}

TEST(Bootstrap, LeavesOutUndefinedValuesAndSaysOfHowManyPatientsItTells) {
  const std::vector<double> values = {1, nan, 3, nan};
  const Score score = bootstrap_mean(values, std::vector<std::string>{"a", "a", "b", "c"});
  EXPECT_EQ(score.value, 2);
  EXPECT_EQ(score.n, 2);
}

TEST(Bootstrap, OfOnePatientOrOfNoneHasNoInterval) {
  const Score one = bootstrap_mean(std::vector<double>{1, 2}, std::vector<std::string>{"a", "a"});
  EXPECT_EQ(one.value, 1.5);
  EXPECT_TRUE(std::isnan(one.low));
  const Score none = bootstrap_mean({}, {});
  EXPECT_TRUE(std::isnan(none.value));
  EXPECT_EQ(none.n, 0);
}

TEST(Bootstrap, AShareOfNoneOrAllHasTheExactInterval) {
  const std::vector<double> all = {1, 1, 1, 1, nan}, none = {0, 0, 0, 0, nan};
  const auto patients = numbered(5);
  const Range of_all = binomial_interval(4, 4), of_none = binomial_interval(0, 4);
  const Score perfect = bootstrap_mean(all, patients, {.share = true});
  EXPECT_EQ(perfect.value, 1);
  EXPECT_EQ(perfect.low, of_all.low);
  EXPECT_EQ(perfect.high, 1);
  const Score zero = bootstrap_mean(none, patients, {.share = true});
  EXPECT_EQ(zero.low, 0);
  EXPECT_EQ(zero.high, of_none.high);
  EXPECT_EQ(bootstrap_mean(all, patients).low, 1) << "Dice and the like";
  const std::vector<double> mixed = {1, 0, 1, 1, 1};
  EXPECT_EQ(bootstrap_mean(mixed, patients, {.share = true}).low, bootstrap_mean(mixed, patients).low);
  const std::vector<double> halves = {0.5, 0.5};
  EXPECT_EQ(bootstrap_mean(halves, numbered(2), {.share = true}).low, 0.5);
}

TEST(Bootstrap, TheExactIntervalIsOverPatientsWhoHaveTheShareAtTheLevelAskedFor) {
  const std::vector<double> right = {1, 1, 1, 1, 1, 1};  // the share of "a" is undefined
  const std::vector<std::string> patients = {"a", "b", "b", "b", "c", "d"};
  const auto share = [&](std::span<const std::size_t> rows) {
    double sum = 0, count = 0;
    for (const std::size_t row : rows) {
      if (row > 0) sum += right[row], ++count;
    }
    return count > 0 ? sum / count : nan;
  };
  const Score score = bootstrap(patients, share, {.level = 0.8, .share = true});
  EXPECT_EQ(score.n, 4);
  EXPECT_EQ(score.low, binomial_interval(3, 3, 0.8).low);
}

TEST(Bootstrap, OfRecordsHandsTheDrawnOnesToTheStatistic) {
  const std::vector<int> records = {1, 2, 3, 4};
  const auto largest = [](const std::vector<int>& drawn) { return *std::max_element(drawn.begin(), drawn.end()); };
  const Score score = bootstrap_records(records, numbered(4), largest);
  EXPECT_EQ(score.value, 4);
  EXPECT_EQ(score.high, 4);
  EXPECT_LT(score.low, 4);
}

TEST(Paired, VerdictFollowsTheIntervalOfTheDifference) {
  const auto base = normal_values(60, 2), noise = normal_values(60, 3);
  const auto patients = numbered(60);
  const auto shifted = [&](double by, double spread) {
    std::vector<double> values;
    for (std::size_t i = 0; i < base.size(); ++i) values.push_back(base[i] + by + spread * noise[i]);
    return values;
  };
  EXPECT_EQ(compare(shifted(0.5, 0.1), base, patients, 0.1).verdict, Verdict::better);
  EXPECT_EQ(compare(shifted(-0.5, 0.1), base, patients, 0.1).verdict, Verdict::worse);
  EXPECT_EQ(compare(shifted(0, 0.1), base, patients, 0.1).verdict, Verdict::as_good);
  EXPECT_EQ(compare(shifted(0, 3), base, patients, 0.1).verdict, Verdict::not_distinguishable);
  EXPECT_EQ(compare(shifted(-0.5, 0.1), base, patients, 0.1, Direction::lower_is_better).verdict, Verdict::better);
  EXPECT_EQ(compare(shifted(1, 0), base, {patients.data(), 60}, 0).difference.low,
            compare(shifted(1, 0), base, patients, 0).difference.low);
}

TEST(Paired, DifferenceIsNarrowerThanOfUnpairedScoresAndLeavesOutUndefinedPairs) {
  std::vector<double> a = normal_values(40, 4), b = a;
  for (double& value : b) value -= 0.2;
  a[0] = nan;
  const Comparison comparison = compare(a, b, numbered(40), 0);
  EXPECT_EQ(comparison.difference.n, 39);
  EXPECT_EQ(comparison.second.n, 39);
  EXPECT_NEAR(comparison.difference.low, 0.2, 1e-9);
  EXPECT_GT(comparison.first.high - comparison.first.low, 0.2);
  EXPECT_NE(sentence(comparison).find("better"), std::string::npos);
}

TEST(Paired, FewerPatientsThanASignTestNeedsGiveNoVerdict) {
  EXPECT_EQ(compare(std::vector<double>{1.0}, std::vector<double>{0.0}, std::vector<std::string>{"a"}, 0).verdict,
            Verdict::not_distinguishable);
  const auto verdict_of = [](int patients, double first) {
    const std::vector<double> ones(static_cast<std::size_t>(patients), first), zeros(ones.size());
    return compare(ones, zeros, numbered(patients), 0.1).verdict;
  };
  for (const double first : {1.0, 0.0, -1.0}) {
    EXPECT_EQ(verdict_of(2, first), Verdict::not_distinguishable);
    EXPECT_EQ(verdict_of(least_decided - 1, first), Verdict::not_distinguishable);
  }
  EXPECT_EQ(verdict_of(least_decided, 1), Verdict::better);
  EXPECT_EQ(verdict_of(least_decided, 0), Verdict::as_good);
  EXPECT_EQ(verdict_of(least_decided, -1), Verdict::worse);
}

Scores count_rows(std::span<const std::size_t> rows) {
  return {{"rows", {static_cast<double>(rows.size()), nan, nan, 0}}};
}

TEST(Subgroup, OneGroupForEachValueAndOneForWhatIsNotStated) {
  const std::vector<std::map<std::string, std::string>> attributes = {
      {{"sex", "M"}}, {{"sex", "F"}}, {{"sex", ""}}, {}, {{"sex", "F"}}};
  const SubgroupTable table = by_subgroup("sex", attributes, std::vector<std::string>{"a", "b", "c", "d", "b"},
                                          count_rows, {.least_patients = 2});
  ASSERT_EQ(table.groups.size(), 3u);
  EXPECT_EQ(table.groups[0].name, "F");
  EXPECT_EQ(table.groups[0].patients, 1);
  EXPECT_EQ(table.groups[0].cases, 2);
  EXPECT_TRUE(table.groups[0].too_small);
  EXPECT_EQ(table.groups[2].name, "not stated");
  EXPECT_FALSE(table.groups[2].too_small);
  EXPECT_EQ(to_json(table)["groups"][0]["metrics"]["rows"]["value"], 2);
}

TEST(Subgroup, NumbersAreCutAtTheirQuantilesInOrder) {
  std::vector<std::map<std::string, std::string>> attributes;
  for (int age = 5; age < 105; ++age) attributes.push_back({{"age", std::to_string(age)}});
  const SubgroupTable table = by_subgroup("age", attributes, numbered(100), count_rows);
  ASSERT_EQ(table.groups.size(), 4u);
  EXPECT_EQ(table.groups[0].name, "5 to below 29.75");
  EXPECT_EQ(table.groups[3].name, "79.25 to 104");
  for (const Subgroup& group : table.groups) EXPECT_EQ(group.cases, 25);
}

TEST(Subgroup, NumbersOfManyDigitsStayApartAndShortOnesReadAsWritten) {
  std::vector<std::map<std::string, std::string>> attributes;
  for (int day = 1; day <= 31; ++day) {
    attributes.push_back(
        {{"date", std::to_string(20200100 + day)}, {"kg", fmt::format("{}.{}", 60 + day / 10, day % 10)}});
  }
  const auto names = [&](const std::string& attribute) {
    std::vector<std::string> out;
    for (const Subgroup& group : by_subgroup(attribute, attributes, numbered(31), count_rows).groups) {
      out.push_back(group.name);
    }
    return out;
  };
  EXPECT_EQ(names("date"), (std::vector<std::string>{"20200101 to below 20200108.5", "20200108.5 to below 20200116",
                                                     "20200116 to below 20200123.5", "20200123.5 to 20200131"}));
  EXPECT_EQ(names("kg"), (std::vector<std::string>{"60.1 to below 60.85", "60.85 to below 61.6", "61.6 to below 62.35",
                                                   "62.35 to 63.1"}));
}

}  // namespace
}  // namespace galen
