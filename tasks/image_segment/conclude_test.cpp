// What a bundle concludes from the records of cases, and how these are scored.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "galen/base/random.h"
#include "galen/metric/logistic.h"
#include "galen/metric/stats.h"
#include "galen/trust/calibration.h"
#include "tasks/image_segment/record.h"
#include "tasks/image_segment/task.h"
#include "tasks/image_segment/two_blocks_test.h"

namespace galen::segment {
namespace {

// Records of cases whose prediction is the truth changed by `spoil`.
std::vector<Record> records_of(const std::function<void(Labels&, Random&)>& spoil, int patients = 24) {
  const std::vector<ClassLabel> classes{{0, "background", {}}, {1, "one", {}}, {2, "two", {}}};
  std::vector<Record> records;
  for (int p = 0; p < patients; ++p) {
    Random random(3, 0, static_cast<std::uint64_t>(p), "records");
    const Labels truth = two_blocks();
    Labels predicted = truth;
    spoil(predicted, random);
    Image probabilities = blank_image(truth.grid, 3);
    for (std::size_t i = 0; i < truth.values.size(); ++i) {
      const double p_structure = predicted.values[i] != 0 ? random.uniform(0.6, 1) : random.uniform(0, 0.3);
      probabilities.channel(0)[i] = static_cast<float>(1 - p_structure);
      probabilities.channel(predicted.values[i] == 2 ? 2 : 1)[i] = static_cast<float>(p_structure);
    }
    const std::string name = "p" + std::to_string(p);
    records.push_back({name, name, {}, to_json(compare({predicted, truth, probabilities, 1.0 + p}, classes))});
  }
  return records;
}

CleanUp chosen_for(const std::string& name, const std::function<void(Labels&, Random&)>& spoil, int patients = 24) {
  Bundle bundle;
  image_segment()->conclude(bundle, records_of(spoil, patients));
  const Json& way = bundle.decision["clean_up"].at(name);
  return clean_up_from_json({way, "test"});
}

TEST(Conclusions, CleanUpOnlyWhereItGains) {
  const auto nothing = [](Labels& labels, Random& random) {
    labels.values[12 * (4 + 10 * 2) + 3] = random.chance(0.5);
  };
  const auto speck = [](Labels& labels, Random&) { labels.values[0] = 1; };
  const auto hole = [](Labels& labels, Random&) {
    std::ranges::replace(labels.values, std::uint8_t{2}, std::uint8_t{1});
    labels.values[12 * (4 + 10 * 3) + 5] = 0;
  };
  EXPECT_EQ(chosen_for("one", nothing), (CleanUp{false, false}));
  EXPECT_EQ(chosen_for("one", speck), (CleanUp{true, false}));
  EXPECT_EQ(chosen_for("two", speck), (CleanUp{false, false}));
  EXPECT_EQ(chosen_for("one", hole), (CleanUp{false, true}));
  EXPECT_EQ(chosen_for("one", speck, 6), (CleanUp{true, false}));
  EXPECT_EQ(chosen_for("one", speck, 5), (CleanUp{false, false})) << "too few to be sure";
}

TEST(Conclusions, VolumeIntervalsCoverTheTruthAfterCleaningUp) {
  Bundle bundle;
  image_segment()->conclude(bundle, records_of([](Labels& labels, Random&) { labels.values[0] = 1; }));
  // With the speck gone every volume is exact, so the interval has no width.
  EXPECT_NEAR(bundle.decision["volume_interval"]["one"].at("quantile").get<double>(), 0, 1e-12);
  EXPECT_TRUE(bundle.coverage["volume"]["one"].at("holds").get<bool>());
}

TEST(Conclusions, TheInclusiveMaskHoldsNoLessThanTheMask) {
  Bundle bundle;  // the network gives all of the structure at least 0.6
  image_segment()->conclude(bundle, records_of([](Labels&, Random&) {}));
  EXPECT_EQ(bundle.decision["inclusive_mask"].at("threshold"), 0.5);
  EXPECT_EQ(bundle.decision["inclusive_mask"].at("empirical"), 0);
}

TEST(Conclusions, AreHeldAgainstCasesThatTheyAreNotFrom) {
  const auto nothing = [](Labels&, Random&) {};
  Bundle bundle;
  std::vector<Record> records = records_of(nothing);
  image_segment()->conclude(bundle, records);
  const auto promises = [&](const std::vector<Record>& some) {
    Scores scores = image_segment()->score(bundle, some);
    std::erase_if(scores, [](const auto& one) {
      return !one.first.starts_with("volume_interval") && !one.first.starts_with("inclusive_mask");
    });
    return scores;
  };
  EXPECT_TRUE(promises(records).empty());
  EXPECT_TRUE(promises({records.begin(), records.begin() + 3}).empty());

  // A quarter of the new cases miss class two, which then has no interval, and so half of the structure.
  records = records_of([](Labels& labels, Random& random) {
    if (random.chance(0.25)) std::ranges::replace(labels.values, std::uint8_t{2}, std::uint8_t{0});
  });
  for (Record& record : records) record.case_id += "'";
  const auto missing = static_cast<double>(std::ranges::count_if(records, [](const Record& record) {
    return case_record_from_json({record.values, "test"}).classes.at("two").predicted_ml == 0;
  }));
  ASSERT_GT(missing, 0);
  const Scores held = promises(records);
  ASSERT_EQ(held.size(), 4u);
  EXPECT_EQ(held.at("volume_interval.one.coverage").value, 1);
  EXPECT_EQ(held.at("volume_interval.one.coverage").low, binomial_interval(24, 24).low);
  EXPECT_EQ(held.at("volume_interval.two.coverage").n, 24 - static_cast<int>(missing));
  EXPECT_NEAR(held.at("volume_interval.total.coverage").value, 1 - missing / 24, 1e-9);
  EXPECT_NEAR(held.at("inclusive_mask.missed").value, missing / 24 / 2, 1e-9);
}

TEST(Conclusions, WhereAStructureIsRareThoseWithoutItSayNothingOfIt) {
  const std::vector<ClassLabel> classes{{0, "background", {}}, {1, "one", {}}, {2, "two", {}}};
  std::vector<Record> records;
  for (int p = 0; p < 100; ++p) {
    Labels truth = two_blocks();
    if (p >= 4) std::ranges::fill(truth.values, std::uint8_t{0});
    Labels predicted = truth;
    if (p < 4) predicted.values[12 * (4 + 10 * 2) + 4] = predicted.values[12 * (4 + 10 * 5) + 4] = 0;
    Image probabilities = blank_image(truth.grid, 3);
    for (std::size_t i = 0; i < truth.values.size(); ++i) {
      probabilities.channel(0)[i] = predicted.values[i] != 0 ? 0.01f : 0.99f;
      probabilities.channel(predicted.values[i] == 2 ? 2 : 1)[i] = predicted.values[i] != 0 ? 0.99f : 0.01f;
    }
    const std::string name = "p" + std::to_string(p);
    records.push_back({name, name, {}, to_json(compare({predicted, truth, probabilities, 1}, classes))});
  }
  Bundle bundle;
  image_segment()->conclude(bundle, records);
  EXPECT_TRUE(bundle.decision["volume_interval"]["two"].at("quantile").is_null());  // four patients are too few
  EXPECT_FALSE(bundle.decision.contains("inclusive_mask"));
}

// The network is certain, and right, that half of the image is background; of the other half, half of the voxels are
// background, but the network says a tenth.
TEST(Conclusions, CalibrationSpeaksOfVoxelsThatAreSureAndOfThoseThatAreNot) {
  const std::vector<ClassLabel> classes{{0, "background", {}}, {1, "one", {}}, {2, "two", {}}};
  std::vector<Record> records;
  for (int p = 0; p < 24; ++p) {
    Random random(5, 0, static_cast<std::uint64_t>(p), "voxels");
    Labels truth = blank_labels(Grid{.size = {12, 10, 9}, .spacing_mm = {1, 1, 1}});
    Image probabilities = blank_image(truth.grid, 3);
    for (std::size_t i = 0; i < truth.values.size(); ++i) {
      const bool sure = i < truth.values.size() / 2;
      truth.values[i] = !sure && random.chance(0.5) ? 1 : 0;
      probabilities.channel(0)[i] = sure ? 0.9999f : 0.1f;
      probabilities.channel(1)[i] = sure ? 0.0001f : 0.9f;
    }
    const CaseRecord record = compare({truth, truth, probabilities, 1}, classes);
    double weight = 0, of_structure = 0;
    for (const VoxelSample& voxel : record.voxels) {
      weight += voxel.weight;
      of_structure += voxel.of_structure ? voxel.weight : 0;
    }
    EXPECT_NEAR(weight, 1, 1e-9);
    EXPECT_NEAR(of_structure, 0.25, 0.1);
    const std::string name = "p" + std::to_string(p);
    records.push_back({name, name, {}, to_json(record)});
  }
  Bundle bundle;
  image_segment()->conclude(bundle, records);
  const Calibration calibration = calibration_from_json({bundle.calibration["calibration"], "calibration"});
  EXPECT_NEAR(probability_of(calibration, logit(0.9)), 0.5, 0.03);
  EXPECT_LT(probability_of(calibration, logit(0.0001)), 0.001);
}

TEST(Conclusions, KeepTheFarthestCaseOfEachPatientWhereThereAreEnough) {
  const auto nothing = [](Labels&, Random&) {};
  std::vector<Record> records = records_of(nothing);  // distances 1 to 24
  records[1].patient = records[0].patient;
  Bundle bundle;
  image_segment()->conclude(bundle, records);
  EXPECT_EQ(bundle.reference["distances"].size(), 23u);
  EXPECT_EQ(bundle.reference["distances"].front(), 2);
  EXPECT_DOUBLE_EQ(bundle.reference["false_alarm_rate"].get<double>(), 1 / 24.0);
  Bundle few;
  image_segment()->conclude(few, records_of(nothing, 19));
  EXPECT_TRUE(few.reference.empty());
}

TEST(Conclusions, AMissedStructureIsAsFarAsTheImageReaches) {
  const Scores scores = image_segment()->score(Bundle(), records_of([](Labels& labels, Random&) {
                                                 std::ranges::replace(labels.values, std::uint8_t{2}, std::uint8_t{0});
                                               }));
  const Grid grid = two_blocks().grid;
  double sum = 0;
  for (std::size_t a = 0; a < 3; ++a) sum += std::pow(static_cast<double>(grid.size[a]) * grid.spacing_mm[a], 2);
  EXPECT_NEAR(scores.at("hd95_mm.two").value, std::sqrt(sum), 1e-9);
}

TEST(Conclusions, ScoresAreByPatient) {
  const Scores scores = image_segment()->score(Bundle(), records_of([](Labels&, Random&) {}));
  EXPECT_EQ(scores.at("dice.mean").value, 1);
  EXPECT_EQ(scores.at("dice.mean").n, 24);
  EXPECT_EQ(scores.at("hd95_mm.two").value, 0);
}

TEST(Conclusions, ScoresOfCasesAreThoseThatScoresAreMeansOf) {
  const std::vector<Record> records =
      records_of([](Labels& labels, Random& random) { labels.values[0] = random.chance(0.5); });
  const auto of_cases = image_segment()->case_scores(Bundle(), records);
  const Scores scores = image_segment()->score(Bundle(), records);
  ASSERT_EQ(of_cases.size(), scores.size());
  for (const auto& [name, column] : of_cases) {
    ASSERT_EQ(column.values.size(), records.size()) << name;
    double sum = 0;
    for (const double value : column.values) sum += value / static_cast<double>(records.size());
    EXPECT_NEAR(sum, scores.at(name).value, 1e-9) << name;
  }
  EXPECT_EQ(of_cases.at("hd95_mm.mean").direction, Direction::lower_is_better);
  EXPECT_EQ(of_cases.at("dice.mean").direction, Direction::higher_is_better);
}

}  // namespace
}  // namespace galen::segment
