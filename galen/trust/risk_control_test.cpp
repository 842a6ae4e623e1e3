#include "galen/trust/risk_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/random.h"
#include "galen/metric/stats.h"

namespace galen {
namespace {

std::vector<double> thresholds() {
  std::vector<double> values;
  for (int i = 0; i <= 50; ++i) values.push_back(i / 50.0);
  return values;
}

// A case whose true voxels have log odds scattered around the patient's own level.
RiskCurve draw_curve(Random& random, const std::string& patient, double level) {
  std::vector<float> probabilities;
  for (int i = 0; i < 40; ++i) {
    probabilities.push_back(static_cast<float>(1 / (1 + std::exp(-(level + 1.5 * random.normal())))));
  }
  return {patient, false_negative_curve(probabilities, std::vector<std::uint8_t>(40, 1), thresholds())};
}

TEST(FalseNegativeCurve, IsTheMissedShareAtEachThreshold) {
  const std::vector<float> probabilities = {0.1f, 0.5f, 0.9f, 0.9f, 0.05f};
  const std::vector<std::uint8_t> truth = {1, 1, 1, 0, 1};
  EXPECT_THAT(false_negative_curve(probabilities, truth, std::vector<double>{0, 0.07, 0.5, 0.6, 1}),
              testing::ElementsAre(0, 0.25, 0.5, 0.75, 1));  // "at least": 0.5 is kept at threshold 0.5
  EXPECT_THAT(false_negative_curve(probabilities, std::vector<std::uint8_t>(5), std::vector<double>{0, 1}),
              testing::ElementsAre(0, 0));
}

TEST(FalseNegativeCurve, AProbabilityThatIsNoNumberIsMissedByAll) {
  const std::vector<float> probabilities = {std::nanf(""), 0.5f};
  EXPECT_THAT(false_negative_curve(probabilities, std::vector<std::uint8_t>{1, 1}, std::vector<double>{0, 0.5, 1}),
              testing::ElementsAre(0.5, 0.5, 1));
}

TEST(RiskControl, TakesTheLargestThresholdWithinTheFiniteSampleBound) {
  const std::vector<RiskCurve> curves(19, {"", {0, 0.04, 0.05, 0.3}});
  std::vector<RiskCurve> named = curves;
  for (std::size_t i = 0; i < named.size(); ++i) named[i].patient = std::to_string(i);
  const auto control = control_risk(std::vector<double>{0, 0.2, 0.4, 0.6}, named, 0.09);
  ASSERT_TRUE(control);
  EXPECT_EQ(control->threshold, 0.2);  // (19 * 0.04 + 1) / 20 = 0.088; at 0.4 it is 0.0975
  EXPECT_NEAR(control->bound, 0.088, 1e-12);
  EXPECT_FALSE(control_risk(std::vector<double>{0, 0.2, 0.4, 0.6}, named, 0.04));   // needs 24 patients
  EXPECT_FALSE(control_risk(std::vector<double>{0, 0.2, 0.4, 0.6}, curves, 0.09));  // all from one patient
  const Json json = parse_json(to_json(*control).dump(), "test");
  EXPECT_EQ(risk_control_from_json({json, "test"}).threshold, 0.2);
}

TEST(RiskControl, KeepsTheExpectedMissOfNewPatientsBelowAlpha) {
  constexpr double alpha = 0.1;
  std::vector<double> risks;
  const std::vector<double> grid = thresholds();
  for (int i = 0; i < 1500; ++i) {
    Random random(4, 0, static_cast<std::uint64_t>(i), "risk");
    std::vector<RiskCurve> curves;
    for (int patient = 0; patient < 30; ++patient) {
      const double level = 1 + 1.5 * random.normal();
      const auto cases = 1 + random.below(3);
      for (std::uint64_t k = 0; k < cases; ++k) curves.push_back(draw_curve(random, std::to_string(patient), level));
    }
    const auto control = control_risk(grid, curves, alpha);
    ASSERT_TRUE(control);
    const RiskCurve other = draw_curve(random, "new", 1 + 1.5 * random.normal());
    const auto at = std::find(grid.begin(), grid.end(), control->threshold) - grid.begin();
    risks.push_back(other.risk[static_cast<std::size_t>(at)]);
  }
  const double error = standard_deviation(risks) / std::sqrt(static_cast<double>(risks.size()));
  EXPECT_LT(mean(risks), alpha + 3 * error);
  EXPECT_GT(mean(risks), alpha - 2.0 / 31 - 3 * error);  // and it is not needlessly conservative (theorem 2)
}

TEST(RiskControl, CrossFittedRiskHoldsAndTellsABrokenPromise) {
  Random random(6, 0, 0, "check");
  std::vector<RiskCurve> curves;
  for (int patient = 0; patient < 120; ++patient) {
    const double level = 1 + 1.5 * random.normal();
    for (int k = 0; k < 2; ++k) curves.push_back(draw_curve(random, std::to_string(patient), level));
  }
  const auto check = cross_fitted_risk(thresholds(), curves, 0.1);
  ASSERT_TRUE(check);
  EXPECT_TRUE(check->holds()) << to_json(*check);
  EXPECT_EQ(check->patients, 120);
  EXPECT_NEAR(check->observed, 0.1, 0.04);
  EXPECT_FALSE((RiskCheck{0.1, 0.2, 0.15, 0.25, 120, 0.3}.holds()));
  EXPECT_FALSE(cross_fitted_risk(thresholds(), std::span(curves).first(8), 0.1));  // four patients
}

TEST(RiskControl, RefusesCurvesThatFall) {
  const std::vector<RiskCurve> falling = {{"a", {0.2, 0.1}}}, outside = {{"a", {0.2, 1.5}}};
  const std::vector<double> grid = {0, 1};
  EXPECT_THROW(control_risk(grid, falling, 0.1), Error);
  EXPECT_THROW(control_risk(grid, outside, 0.1), Error);
  EXPECT_THROW(control_risk(grid, {}, 0.1), Error);
}

}  // namespace
}  // namespace galen
