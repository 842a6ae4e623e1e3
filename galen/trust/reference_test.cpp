#include "galen/trust/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/random.h"
#include "galen/metric/stats.h"
#include "galen/trust/fairness.h"
#include "galen/trust/packed.h"
#include "galen/trust/shrinkage.h"

namespace galen {
namespace {

const std::vector<std::string> names = {"spacing_mm", "intensity.mean"};

// Features with a few strong common directions, and two statistics. `shift` moves a weak direction only.
ReferenceCase draw_case(Random& random, const std::string& patient, std::size_t features, double shift = 0) {
  ReferenceCase one{patient, {1 + 0.1 * random.normal(), 100 + 20 * random.normal()}, {}};
  const double common[3] = {3 * random.normal(), 2 * random.normal(), random.normal()};
  for (std::size_t k = 0; k < features; ++k) {
    const double value = common[k % 3] * (k % 2 ? 1 : -1) + 0.5 * random.normal() + (k % 4 == 0 ? shift : 0);
    one.features.push_back(static_cast<float>(value));
  }
  return one;
}

std::vector<ReferenceCase> draw_cases(int patients, int cases_each, std::size_t features, std::uint64_t seed) {
  Random random(seed, 0, 0, "reference");
  std::vector<ReferenceCase> cases;
  for (int i = 0; i < patients * cases_each; ++i) {
    cases.push_back(draw_case(random, std::to_string(i / cases_each), features));
  }
  return cases;
}

TEST(Reference, AStatisticThatHardlyAnyCaseTellsSaysNothing) {
  std::vector<ReferenceCase> cases = draw_cases(40, 1, 4, 3);
  for (std::size_t i = 1; i < cases.size(); ++i) cases[i].statistics[1] = std::nan("");
  const Json json = parse_json(to_json(fit_reference(names, cases)).dump(), "test");
  const ReferenceProfile profile = reference_from_json({json, "test"});
  Random random(2, 0, 0, "new");
  ReferenceCase one = draw_case(random, "new", 4);
  const double known = compare_with(profile, one).distance;
  one.statistics[1] = std::nan("");
  EXPECT_NEAR(compare_with(profile, one).distance, known, 1e-6);
  EXPECT_THAT(compare_with(profile, one).unusual, testing::IsEmpty());
}

TEST(Reference, WarnsOfCasesLikeItAtTheDeclaredRateAndOfDriftFarMoreOften) {
  constexpr double rate = 0.05;
  int false_alarms = 0, alarms = 0, trials = 0;
  for (std::uint64_t repetition = 0; repetition < 12; ++repetition) {
    const ReferenceProfile profile =
        fit_reference(names, draw_cases(120, 1, 24, 100 + repetition), {.error_rate = rate, .directions = 8});
    Random random(200 + repetition, 0, 0, "new cases");
    for (int i = 0; i < 150; ++i, ++trials) {
      false_alarms += compare_with(profile, draw_case(random, "new", 24)).unlike;
      alarms += compare_with(profile, draw_case(random, "new", 24, 2)).unlike;
    }
  }
  const double share = false_alarms / static_cast<double>(trials);
  EXPECT_LT(share, rate + 0.02);
  EXPECT_GT(share, rate / 4);
  EXPECT_GT(alarms, 0.95 * trials);
}

TEST(Reference, NamesTheStatisticsThatAreUnusual) {
  const ReferenceProfile profile = fit_reference(names, draw_cases(150, 1, 6, 1));
  EXPECT_EQ(profile.error_rate, 0.01);
  Random random(2, 0, 0, "odd");
  ReferenceCase odd = draw_case(random, "new", 6);
  odd.statistics = {5, 100};
  const Similarity similarity = compare_with(profile, odd);
  EXPECT_TRUE(similarity.unlike);
  EXPECT_THAT(similarity.unusual, testing::ElementsAre("spacing_mm"));
  odd.statistics = {std::nan(""), 100};
  EXPECT_FALSE(compare_with(profile, odd).unlike);
  odd.features[0] = std::nanf("");
  EXPECT_TRUE(compare_with(profile, odd).unlike);
}

TEST(Reference, RaisesTheRateThatFewPatientsCannotTell) {
  const ReferenceProfile profile = fit_reference(names, draw_cases(19, 3, 4, 3), {.error_rate = 0.01});
  EXPECT_DOUBLE_EQ(profile.error_rate, 0.05);
  Random random(2, 0, 0, "odd");
  EXPECT_TRUE(compare_with(profile, draw_case(random, "new", 4, 50)).unlike);
  EXPECT_DOUBLE_EQ(compare_with(profile, draw_case(random, "new", 4, 50)).p_value, 0.05);
  EXPECT_THROW(fit_reference(names, draw_cases(9, 5, 4, 3)), Error);
}

TEST(Reference, IsKeptFromTwentyPatientsOn) {
  EXPECT_FALSE(kept_profile(names, {}));
  EXPECT_FALSE(kept_profile(names, draw_cases(19, 3, 4, 3)));
  const auto kept = kept_profile(names, draw_cases(20, 1, 4, 3), {.directions = 2});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->patients, 20);
  EXPECT_EQ(kept->directions, 2u);
}

TEST(Reference, ThePValueCountsKnownDistancesThatAreNoLess) {
  const std::vector<double> known = {1, 2, 2, 5};
  EXPECT_DOUBLE_EQ(conformal_p_value(0.5, known), 1);
  EXPECT_DOUBLE_EQ(conformal_p_value(2, known), 4.0 / 5);
  EXPECT_DOUBLE_EQ(conformal_p_value(6, known), 1.0 / 5);
  EXPECT_DOUBLE_EQ(conformal_p_value(6, {}), 1);
}

TEST(Reference, TheWarningNamesUpToThreeUnusualStatistics) {
  EXPECT_EQ(unusual_text({}), "unusual: the combination");
  EXPECT_EQ(unusual_text({.unusual = {"a", "b", "c", "d"}}), "unusual: a, b, c");
  EXPECT_EQ(warning_text("strip", 2.14, unusual_text({.unusual = {"a"}})),
            "this strip is unlike the training data (distance 2.1; unusual: a)");
}

TEST(Reference, OfMoreFeaturesThanCasesIsCompactAndSurvivesJson) {
  const ReferenceProfile profile = fit_reference(names, draw_cases(40, 2, 320, 4));
  EXPECT_EQ(profile.directions, 32u);
  const std::string text = to_json(profile).dump();
  EXPECT_LT(text.size(), 40'000u);
  const Json json = parse_json(text, "test");
  const ReferenceProfile back = reference_from_json({json, "test"});
  Random random(5, 0, 0, "new");
  for (const double shift : {0.0, 0.5, 3.0}) {
    const ReferenceCase one = draw_case(random, "new", 320, shift);
    EXPECT_NEAR(compare_with(back, one).distance, compare_with(profile, one).distance, 1e-9);
    EXPECT_EQ(compare_with(back, one).p_value, compare_with(profile, one).p_value);
  }
  EXPECT_TRUE(compare_with(back, draw_case(random, "new", 320, 3)).unlike);
}

TEST(Reference, RefusesAnotherKindOfCase) {
  const ReferenceProfile profile = fit_reference(names, draw_cases(20, 1, 4, 3));
  Random random(2, 0, 0, "odd");
  EXPECT_THROW(compare_with(profile, draw_case(random, "new", 5)), Error);
  Json json = to_json(profile);
  json["axes"] = "AAAA";
  EXPECT_THROW(reference_from_json({json, "test"}), Error);
}

TEST(Packed, NumbersSurviveAndDamageIsRefused) {
  const std::vector<float> values = {0, 1.5f, -3.25f, 1e-3f};
  const Json wide = pack_f32(values), narrow = pack_f16(values);
  EXPECT_EQ(unpack_f32({wide, "test"}, 4), values);
  EXPECT_NEAR(unpack_f16({narrow, "test"}, 4)[3], 1e-3, 1e-6);
  EXPECT_EQ(pack_f32(std::vector<float>{1}).get<std::string>(), "AACAPw==");
  EXPECT_THROW(unpack_f32({wide, "test"}, 3), Error);
  EXPECT_THROW(unpack_f32({Json("AA*A"), "test"}, 1), Error);
}

TEST(Shrinkage, EqualsTheReference) {
  const Json expected = read_json(fs::path(GALEN_SOURCE_DIR) / "galen/metric/testdata/reference.json")["shrinkage"];
  const auto rows = expected["rows"].get<std::vector<double>>();
  EXPECT_NEAR(ledoit_wolf_shrinkage(rows, expected["dimension"]), expected["shrinkage"].get<double>(), 1e-9);
}

TEST(Fairness, FindsTheGroupThatIsWorseAndNotTheOthers) {
  Random random(12, 0, 0, "fairness");
  std::vector<std::map<std::string, std::string>> attributes;
  std::vector<std::string> patients;
  std::vector<double> values;
  for (int i = 0; i < 300; ++i) {
    const std::string site = i % 3 == 0 ? "A" : i % 3 == 1 ? "B" : "C";
    attributes.push_back({{"site", i == 299 ? "" : site}});
    patients.push_back(std::to_string(i));
    values.push_back(0.9 - (site == "C" ? 0.1 : 0) + 0.05 * random.normal());
  }
  const auto mean_of = [&](std::span<const std::size_t> rows) {
    double sum = 0;
    for (const std::size_t row : rows) sum += values[row];
    return sum / static_cast<double>(rows.size());
  };
  const FairnessTable table = fairness("site", attributes, patients, mean_of, {}, {.draws = 500});
  ASSERT_EQ(table.groups.size(), 3u);
  EXPECT_NEAR(table.range, 0.1, 0.02);
  EXPECT_LT(table.groups[2].difference.high, -0.07);
  EXPECT_NEAR(table.groups[2].difference.value, -0.1, 0.02);
  EXPECT_TRUE(table.groups[2].apart());
  const double a_minus_b = table.groups[0].score.value - table.groups[1].score.value;
  EXPECT_NEAR(a_minus_b, 0, 0.02);
}

// 30 patients of site A score 0.9, those of B 0.5, and those of C have no score.
FairnessTable sites(int of_b, int of_c) {
  std::vector<std::map<std::string, std::string>> attributes;
  std::vector<std::string> patients;
  std::vector<double> values;
  const auto put = [&](int count, const std::string& site, double value) {
    for (int i = 0; i < count; ++i) {
      attributes.push_back({{"site", site}});
      patients.push_back(site + std::to_string(i));
      values.push_back(value);
    }
  };
  put(30, "A", 0.9);
  put(of_b, "B", 0.5);
  put(of_c, "C", std::nan(""));
  const auto mean_of = [&](std::span<const std::size_t> rows) {
    std::vector<double> members;
    for (const std::size_t row : rows) members.push_back(values[row]);
    return mean_of_defined(members);
  };
  return fairness("site", attributes, patients, mean_of, {}, {.draws = 200});
}

TEST(Fairness, AGroupIsNotApartFromAFew) {
  const FairnessTable few = sites(1, 0);
  ASSERT_EQ(few.groups.size(), 2u);
  EXPECT_GT(few.groups[0].difference.low, 0) << "A, of 30, against one";
  EXPECT_TRUE(few.groups[0].few_others);
  EXPECT_FALSE(few.groups[0].too_small);
  EXPECT_TRUE(few.groups[1].too_small);
  for (const GroupGap& group : few.groups) EXPECT_FALSE(group.apart()) << group.name;
  for (const GroupGap& group : sites(20, 0).groups) {
    EXPECT_FALSE(group.too_small || group.few_others) << group.name;
    EXPECT_TRUE(group.apart()) << group.name;
  }
}

TEST(Fairness, AGroupWithoutAScoreIsNotInTheRange) {
  const FairnessTable table = sites(20, 20);
  ASSERT_EQ(table.groups.size(), 3u);
  EXPECT_TRUE(std::isnan(table.groups[2].score.value));
  EXPECT_NEAR(table.range, 0.4, 1e-12);
}

}  // namespace
}  // namespace galen
