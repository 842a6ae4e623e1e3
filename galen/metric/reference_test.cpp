// Compares with values of reference implementations, made by scripts/reference/metric.py.
#include <gtest/gtest.h>

#include <cmath>

#include "galen/metric/classification.h"
#include "galen/metric/overlap.h"
#include "galen/metric/stats.h"
#include "galen/metric/surface.h"

namespace galen {
namespace {

Json reference(const std::string& part) {
  return read_json(fs::path(GALEN_SOURCE_DIR) / "galen/metric/testdata/reference.json")[part];
}

std::vector<std::uint8_t> ellipsoid(const Index3& size, const Json& shape) {
  std::vector<std::uint8_t> mask;
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[0]; ++x) {
        const Index3 at{x, y, z};
        std::int64_t sum = 0;
        for (std::size_t k = 0; k < shape[0].size(); ++k) {
          const std::int64_t apart = at[k] - shape[0][k].get<std::int64_t>();
          sum += shape[1][k].get<std::int64_t>() * apart * apart;
        }
        mask.push_back(sum <= shape[2].get<std::int64_t>());
      }
    }
  }
  return mask;
}

double area(const std::vector<SurfaceElement>& surface) {
  double sum = 0;
  for (const SurfaceElement& element : surface) sum += element.area_mm2;
  return sum;
}

TEST(Reference, SurfaceScoresAgree) {
  for (const Json& one : reference("surfaces")) {
    Index3 size{1, 1, 1};
    Vec3 spacing{1, 1, 1};
    for (std::size_t k = 0; k < one["size"].size(); ++k) size[k] = one["size"][k], spacing[k] = one["spacing"][k];
    const auto predicted = ellipsoid(size, one["predicted"]), truth = ellipsoid(size, one["truth"]);
    EXPECT_DOUBLE_EQ(overlap(predicted, truth, 1).dice(), one["dice"].get<double>());
    const SurfaceDistances distances = surface_distances(predicted, truth, size, spacing);
    // The reference cuts non-planar polygons by a table; ours may cut them differently if voxels are not cubes.
    const bool cubes = size[2] == 1 || (spacing[0] == spacing[1] && spacing[1] == spacing[2]);
    const double areas = cubes ? 1e-9 : 0.01, shares = cubes ? 1e-9 : 0.002;
    EXPECT_NEAR(area(distances.predicted) / one["area"][0].get<double>(), 1, areas) << one;
    EXPECT_NEAR(area(distances.truth) / one["area"][1].get<double>(), 1, areas) << one;
    for (const auto& [tolerance, value] : one["surface_dice"].items()) {
      EXPECT_NEAR(surface_dice(distances, std::stod(tolerance)), value.get<double>(), shares) << tolerance << one;
    }
    EXPECT_NEAR(hausdorff_mm(distances, 95), one["hd95"].get<double>(), 1e-9) << one;
    EXPECT_NEAR(hausdorff_mm(distances, 100), one["hausdorff"].get<double>(), 1e-9) << one;
  }
}

TEST(Reference, ClassificationScoresAgree) {
  const Json expected = reference("classification");
  std::vector<BinaryOutcome> outcomes;
  for (std::size_t i = 0; i < expected["truth"].size(); ++i) {
    outcomes.push_back({expected["probability"][i], expected["truth"][i] == 1});
  }
  EXPECT_NEAR(auroc(outcomes), expected["auroc"].get<double>(), 1e-12);
  EXPECT_NEAR(auprc(outcomes), expected["auprc"].get<double>(), 1e-12);
  EXPECT_NEAR(brier(outcomes), expected["brier"].get<double>(), 1e-12);
  EXPECT_NEAR(log_loss(outcomes), expected["log_loss"].get<double>(), 1e-12);
  EXPECT_NEAR(recalibration(outcomes).slope, expected["slope"].get<double>(), 1e-5);
  EXPECT_NEAR(recalibration(outcomes).intercept, expected["intercept"].get<double>(), 1e-5);
  EXPECT_NEAR(expected_calibration_error(outcomes), expected["ece"].get<double>(), 1e-12);
  const Confusion counts = confusion(outcomes, 0.5);
  EXPECT_EQ(Json({counts.true_positive, counts.false_positive, counts.true_negative, counts.false_negative}),
            expected["confusion"]);
  EXPECT_NEAR(counts.f1(), expected["f1"].get<double>(), 1e-12);
}

TEST(Reference, StatisticsAgree) {
  const Json expected = reference("statistics");
  const auto values = expected["values"].get<std::vector<double>>();
  for (const Json& one : expected["quantiles"]) EXPECT_NEAR(quantile(values, one[0]), one[1].get<double>(), 1e-12);
  for (const Json& one : expected["binomial"]) {
    const Range range = binomial_interval(one[0], one[1]);
    EXPECT_NEAR(range.low, one[2].get<double>(), 1e-9) << one;
    EXPECT_NEAR(range.high, one[3].get<double>(), 1e-9) << one;
  }
  for (const Json& one : expected["beta"]) {
    EXPECT_NEAR(incomplete_beta(one[0], one[1], one[2]), one[3].get<double>(), 1e-12) << one;
  }
}

}  // namespace
}  // namespace galen
