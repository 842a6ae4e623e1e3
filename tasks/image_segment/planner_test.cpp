// Plans for datasets of several shapes.
#include <gtest/gtest.h>

#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "tasks/image_segment/plan.h"
#include "tasks/image_segment/task.h"

namespace galen::segment {
namespace {

struct Scans {
  Index3 size{64, 56, 48};
  Vec3 spacing_mm{1, 1, 1};
  std::string modality = "MR";
  std::vector<std::string> classes{"background", "organ"};
  bool with_foreground = true;
  int cases = 3;
  double mask_moved_mm = 0, mask_intercept = 0;
};

Recipe plan_of(const Scans& scans, std::uint64_t memory = 8ull << 30, double seconds = 0) {
  Dataset dataset;
  dataset.name = "scans";
  for (int value = 0; const std::string& name : scans.classes) dataset.classes.push_back({value++, name, {}});
  for (int i = 0; i < scans.cases; ++i) {
    dataset.rows.push_back({std::to_string(i), std::to_string(i), Split::train, {}});
  }
  const LoadCase load = [&](const DatasetRow& row) {
    const Grid grid{.size = scans.size, .spacing_mm = scans.spacing_mm};
    Volume image(grid, Scalar::i16), mask(grid, Scalar::u8);
    image.modality = scans.modality;
    Random random(1, 0, hash_text(row.id), "scan");
    for (auto& value : image.values<std::int16_t>()) value = static_cast<std::int16_t>(100 + 20 * random.normal());
    if (scans.with_foreground) {
      for (auto& value : mask.values<std::uint8_t>()) value = random.chance(0.2) ? 1 : 0;
    }
    mask.grid.origin_mm[1] = scans.mask_moved_mm;
    mask.intercept = scans.mask_intercept;
    return Case{row.id, row.patient, {{"image", image}, {"mask", mask}}, {}, {}};
  };
  std::vector<const DatasetRow*> rows;
  for (const DatasetRow& row : dataset.rows) rows.push_back(&row);
  return image_segment()->plan({dataset, rows, load, 2, memory, seconds, no_progress()});
}

SegmentPlan read(const Recipe& recipe) {
  return plan_from_recipe(recipe, {});
}

double patch_voxels(const SegmentPlan& plan) {
  return static_cast<double>(plan.patch[0] * plan.patch[1] * plan.patch[2]);
}

TEST(Planner, TakesTheWholeOfSmallIsotropicImages) {
  const SegmentPlan plan = read(plan_of({}));
  EXPECT_EQ(plan.spacing_mm, (Vec3{1, 1, 1}));
  EXPECT_FALSE(plan.anisotropic);
  EXPECT_GE(plan.patch[0], 64);
  EXPECT_EQ(plan.normalisation.front().scheme, NormalisationScheme::z_score);
  EXPECT_EQ(plan.network.kernels.front(), (Shape{3, 3, 3}));
}

TEST(Planner, KeepsThickSlicesApartUntilTheOtherAxesAreAsCoarse) {
  const SegmentPlan plan = read(plan_of({.size = {128, 112, 16}, .spacing_mm = {0.8, 0.8, 5}, .modality = "CT"}));
  EXPECT_TRUE(plan.anisotropic);
  EXPECT_DOUBLE_EQ(plan.spacing_mm[2], 5);
  EXPECT_EQ(plan.normalisation.front().scheme, NormalisationScheme::ct);
  EXPECT_NEAR(plan.normalisation.front().mean, 100, 3);
  EXPECT_EQ(plan.network.kernels.front(), (Shape{1, 3, 3}));  // z, y, x
  EXPECT_EQ(plan.network.strides[1], (Shape{1, 2, 2}));
  EXPECT_EQ(plan.network.kernels.back(), (Shape{3, 3, 3}));
}

TEST(Planner, StaysWithinMemoryAndTime) {
  const Scans large{.size = {160, 160, 128}};
  const SegmentPlan roomy = read(plan_of(large, 16ull << 30));
  const SegmentPlan tight = read(plan_of(large, 1ull << 30));
  EXPECT_LT(patch_voxels(tight), patch_voxels(roomy));
  EXPECT_EQ(roomy.network.features.front(), 32);
  EXPECT_EQ(read(plan_of(large, 16ull << 30, 600)).network.features.front(), 16);
  EXPECT_GT(patch_voxels(read(plan_of(large, 800ull << 20))), 20'000);
  const auto voxels = [](int cases) {
    return patch_voxels(read(plan_of({.size = {96, 96, 96}, .cases = cases}, 400ull << 20)));
  };
  EXPECT_LT(voxels(40), voxels(3));  // prepared cases are in memory along with the step
}

TEST(Planner, TakesAsManyPatchesInABatchAsMemoryTimeAndTheDatasetAllow) {
  const Scans many{.size = {16, 16, 16}, .cases = 160};
  const auto batch = [](const Scans& scans, std::uint64_t memory, double seconds = 0) {
    return read(plan_of(scans, memory, seconds)).batch;
  };
  const std::uint64_t roomy = 8ull << 30;
  EXPECT_EQ(batch(many, roomy), 8);  // 5 % of the voxels
  EXPECT_EQ(batch({.size = {16, 16, 16}}, roomy), 2);
  const int held = batch(many, 100ull << 20);
  EXPECT_GT(held, 2);
  EXPECT_LT(held, 8);
  EXPECT_EQ(batch(many, roomy, 1), 2);
  EXPECT_EQ(batch(many, roomy, 1e6), 8);
}

TEST(Planner, DoesNotMirrorSidesOfTheBody) {
  const auto mirrors = [](const std::string& name) {
    return read(plan_of({.classes = {"background", name}})).augmentation.mirror[0];
  };
  for (const char* side : {"left kidney", "Kidney, Right", "Left-Hippocampus", "hippocampus_left", "RIGHT", "lungLeft",
                           "leftkidney", "right2", "ribRight", "discLeft"}) {
    EXPECT_FALSE(mirrors(side)) << side;
  }
  for (const char* whole : {"organ", "bright lesion", "cleft", "upright"}) {
    EXPECT_TRUE(mirrors(whole)) << whole;
  }
}

TEST(Planner, RefusesAMaskThatLiesElsewhereThanItsImage) {
  EXPECT_EQ(plan_of({.mask_moved_mm = 0.2}).plan, plan_of({}).plan);
  const std::string refusal = message_of([] { plan_of({.mask_moved_mm = 0.3}); });
  EXPECT_NE(refusal.find("case 0: mask: does not lie on the image's grid"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("corners up to 0.3 voxels apart"), std::string::npos) << refusal;
}

TEST(Planner, RefusesADatasetWithoutAnyStructure) {
  EXPECT_NE(message_of([] { plan_of({.with_foreground = false}); }), "no error");
  EXPECT_NE(message_of([] { plan_of({.with_foreground = false, .mask_intercept = 6e-8}); }), "no error");
}

}  // namespace
}  // namespace galen::segment
