#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "galen/base/error.h"
#include "galen/base/message_test.h"
#include "galen/data/case.h"
#include "galen/data/dataset.h"
#include "galen/data/finding.h"
#include "galen/data/orientations_test.h"
#include "galen/data/volume.h"

namespace galen {
namespace {

using testing::HasSubstr;

/// An oblique, sheared grid of three different extents.
Grid oblique() {
  Grid grid;
  grid.size = {3, 4, 5};
  grid.spacing_mm = {0.7, 1.1, 2.5};
  grid.origin_mm = {-12, 30, 7};
  grid.direction = {{{0.96, -0.28, 0.1}, {0.28, 0.96, 0}, {0, 0, std::sqrt(1 - 0.01)}}};
  return grid;
}

Volume counting(const Grid& grid, int components = 1, std::int64_t frames = 1) {
  Volume volume(grid, Scalar::i32, components, frames);
  auto values = volume.values<std::int32_t>();
  std::iota(values.begin(), values.end(), 1);
  return volume;
}

TEST(Grid, WorldAndVoxelAreInverse) {
  const Grid grid = oblique();
  const Vec3 back = grid.to_voxel(grid.to_world({1.5, -2, 7}));
  EXPECT_NEAR(back[0], 1.5, 1e-12);
  EXPECT_NEAR(back[1], -2, 1e-12);
  EXPECT_NEAR(back[2], 7, 1e-12);
}

TEST(Grid, VoxelVolumeCountsShear) {
  Grid grid;
  grid.spacing_mm = {1, 2, 3};
  EXPECT_DOUBLE_EQ(grid.voxel_volume_ml(), 0.006);
  grid.direction = {{{1, 0, 0.6}, {0, 1, 0}, {0, 0, 0.8}}};
  EXPECT_DOUBLE_EQ(grid.voxel_volume_ml(), 0.006 * 0.8);
}

TEST(Grid, MatchesWithinATenthOfAThousandthButNotAVoxel) {
  Grid grid = oblique(), other = grid;
  other.origin_mm[0] += 1e-4;
  EXPECT_TRUE(grid.matches(other));
  other.origin_mm[0] += 0.7;
  EXPECT_FALSE(grid.matches(other));
  other = grid;
  other.size[1] = 3;
  EXPECT_FALSE(grid.matches(other));
  other = grid;
  other.origin_mm[0] = std::nan("");
  EXPECT_FALSE(grid.matches(other));
}

TEST(Grid, TellsHowFarItsCornersLieFromThoseOfAnother) {
  Grid grid{.size = {11, 5, 3}, .spacing_mm = {1, 2, 4}}, other = grid;
  EXPECT_EQ(grid.farthest_corner(grid), 0);
  other.origin_mm = {0.25, 1, 1};
  EXPECT_DOUBLE_EQ(grid.farthest_corner(other), 0.5);
  other.spacing_mm[0] = 1.1;  // 0.25 + 10 * 0.1
  EXPECT_NEAR(grid.farthest_corner(other), 1.25, 1e-12);
  other.spacing_mm[0] = std::nan("");
  EXPECT_EQ(grid.farthest_corner(other), std::numeric_limits<double>::infinity());
}

TEST(Reorientation, KeepsEveryValueAtItsPlaceInAllFortyEight) {
  const Volume source = counting(oblique(), 3, 2);
  for (const std::string& letters : all_orientations()) {
    const Volume turned = reoriented(source, letters);
    ASSERT_EQ(turned.grid.orientation(), letters);
    const auto values = turned.values<std::int32_t>();
    std::size_t i = 0;
    for (std::int64_t t = 0; t < 2; ++t) {
      for (double z = 0; z < static_cast<double>(turned.grid.size[2]); ++z) {
        for (double y = 0; y < static_cast<double>(turned.grid.size[1]); ++y) {
          for (double x = 0; x < static_cast<double>(turned.grid.size[0]); ++x, i += 3) {
            const Vec3 v = source.grid.to_voxel(turned.grid.to_world({x, y, z}));
            const std::int64_t at = ((t * 5 + std::llround(v[2])) * 4 + std::llround(v[1])) * 3 + std::llround(v[0]);
            for (std::int64_t c = 0; c < 3; ++c) ASSERT_EQ(values[i + c], at * 3 + c + 1) << letters;
          }
        }
      }
    }
    EXPECT_EQ(reoriented(turned, source.grid.orientation()).voxels, source.voxels) << letters;
  }
}

TEST(Reorientation, RefusesWhatIsNoOrientation) {
  for (const char* letters : {"", "LP", "LPX", "LRS", "lps"}) {
    EXPECT_THAT(message_of([&] { reoriented(counting(oblique()), letters); }), HasSubstr("three letters")) << letters;
  }
}

TEST(Crop, ReachesOverTheBorderWithTheFillValue) {
  Volume source = counting(oblique());
  source.slope = 2;
  source.intercept = 10;
  const Volume box = cropped(source, {-1, 1, 2}, {3, 4, 2}, -30);
  const auto values = box.as_f64();
  for (std::int64_t z = 0; z < 2; ++z) {
    for (std::int64_t y = 0; y < 4; ++y) {
      for (std::int64_t x = 0; x < 3; ++x) {
        const bool outside = x == 0 || y == 3;
        const double stored = static_cast<double>(((z + 2) * 4 + y + 1) * 3 + x);  // x - 1; values count from 1
        EXPECT_EQ(values[static_cast<std::size_t>((z * 4 + y) * 3 + x)], outside ? -30 : stored * 2 + 10);
      }
    }
  }
  const Vec3 there = source.grid.to_world({-1, 1, 2});
  for (std::size_t axis = 0; axis < 3; ++axis) EXPECT_NEAR(box.grid.origin_mm[axis], there[axis], 1e-12);
  EXPECT_EQ(cropped(source, {10, 10, 10}, {2, 2, 2}, 10).values<std::int32_t>()[7], 0);
}

TEST(Case, NamesWhatItHasWhenAskedForAnother) {
  Case a_case;
  a_case.id = "017";
  a_case.inputs["image"] = Volume(Grid{}, Scalar::f32);
  EXPECT_EQ(a_case.volume("image").value_count(), 1);
  EXPECT_THAT(message_of([&] { a_case.volume("mask"); }), HasSubstr("case 017: has no input 'mask' (it has image)"));
  EXPECT_THAT(message_of([&] { a_case.signal("image"); }), HasSubstr("is no signal"));
}

Dataset patients_with_cases() {
  Dataset dataset;
  for (int patient = 0; patient < 20; ++patient) {
    for (int i = 0; i <= patient % 4; ++i) {
      DatasetRow row;
      row.id = std::to_string(dataset.rows.size());
      row.patient = "p" + std::to_string(patient);
      dataset.rows.push_back(row);
    }
  }
  return dataset;
}

TEST(Folds, KeepPatientsWholeAndCasesEven) {
  const Dataset dataset = patients_with_cases();
  const auto folds = folds_by_patient(dataset, 5, 7);
  std::map<std::string, std::set<int>> of_patient;
  std::vector<int> cases(5);
  for (std::size_t i = 0; i < folds.size(); ++i) {
    of_patient[dataset.rows[i].patient].insert(folds[i]);
    ++cases.at(static_cast<std::size_t>(folds[i]));
  }
  for (const auto& [patient, in] : of_patient) EXPECT_EQ(in.size(), 1u) << patient;
  EXPECT_THAT(cases, testing::Each(10));
}

TEST(Folds, DependOnSeedAndNamesAndNotOnTheOrderOfRows) {
  const Dataset dataset = patients_with_cases();
  Dataset reversed = dataset;
  std::reverse(reversed.rows.begin(), reversed.rows.end());
  const auto folds = folds_by_patient(dataset, 5, 7);
  auto others = folds_by_patient(reversed, 5, 7);
  std::reverse(others.begin(), others.end());
  EXPECT_EQ(folds, others);
  EXPECT_NE(folds, folds_by_patient(dataset, 5, 8));
  EXPECT_THAT(message_of([&] { folds_by_patient(dataset, 21, 7); }), HasSubstr("20 patients"));
}

TEST(Split, IsReadByNameAlone) {
  for (const Split split : all_splits()) EXPECT_EQ(split_named(name_of(split), "x"), split);
  EXPECT_EQ(all_splits().back(), Split::support);
  EXPECT_THAT(
      message_of([] { split_named("Train", "dataset.csv: row 3"); }),
      HasSubstr("dataset.csv: row 3: 'Train' is not a split; write train, validate, calibrate, test or support"));
}

Finding a_finding() {
  Finding finding;
  finding.case_id = "017";
  Statement volume;
  volume.id = "volume.anterior";
  volume.code = {"http://snomed.info/sct", "279215006", "Hippocampus"};
  volume.text = "Anterior hippocampus: 1.7 ml";
  volume.value = 1.7;
  volume.unit = "mL";
  volume.interval = Interval{1.5, std::nan(""), 0.9, "split conformal"};
  finding.statements = {volume};
  finding.artefacts = {{"mask", "the parts", MaskArtefact{Volume(Grid{}, Scalar::u8), {{1, "anterior", {}}}}},
                       {"rows", "all", TableArtefact{{"a"}, {{"1"}, {"2"}}}}};
  finding.warnings = {{"quality", "noisy"}};
  finding.evidence = {{"volume.anterior", "outlined", "mask"}};
  finding.provenance.status = "demonstration";
  finding.provenance.input_hashes = {{"image", std::string(64, 'a')}};
  return finding;
}

/// Checks the keys that the schema requires and allows (types are left to a full validator).
void expect_fits(const Json& value, const Json& schema, const Json& root, const std::string& where) {
  if (schema.contains("$ref")) {
    const auto name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
    return expect_fits(value, root["$defs"][name], root, where);
  }
  for (const Json& key : schema.value("required", Json::array())) {
    EXPECT_TRUE(value.contains(key.get<std::string>())) << where << " lacks " << key;
  }
  if (value.is_array() && schema.contains("items")) {
    for (const Json& item : value) expect_fits(item, schema["items"], root, where + "[]");
  }
  if (!value.is_object() || !schema.contains("properties")) return;
  for (const auto& [key, inner] : value.items()) {
    if (schema["properties"].contains(key)) {
      expect_fits(inner, schema["properties"][key], root, where + "/" + key);
    } else if (schema.contains("additionalProperties")) {
      ADD_FAILURE() << where << " has " << key << ", which the schema does not list";
    }
  }
}

TEST(Finding, FitsItsSchema) {
  const Json schema = read_json(fs::path(GALEN_SOURCE_DIR) / "docs" / "finding.schema.json");
  const Json json = to_json(a_finding());
  expect_fits(json, schema, schema, "finding");
  EXPECT_EQ(json["statements"][0]["interval"]["high"], nullptr);
  EXPECT_FALSE(json["statements"][0].contains("probability"));
  EXPECT_EQ(json["artefacts"][0]["kind"], "mask");
  EXPECT_EQ(json["artefacts"][1]["rows"], 2);
}

}  // namespace
}  // namespace galen
