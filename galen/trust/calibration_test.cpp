#include "galen/trust/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "galen/metric/logistic.h"

namespace galen {
namespace {

// Yes/no questions whose true log odds are slope * logit + intercept.
std::vector<LogitSample> yes_no(int count, double slope, double intercept, std::uint64_t seed = 1) {
  Random random(seed, 0, 0, "yes/no");
  std::vector<LogitSample> samples;
  for (int i = 0; i < count; ++i) {
    const double logit = 3 * random.normal();
    samples.push_back({{logit}, random.chance(sigmoid(slope * logit + intercept)), std::to_string(i / 2)});
  }
  return samples;
}

// Classes drawn from softmax((logits - bias) / temperature).
std::vector<LogitSample> classes(int count, double temperature, const std::vector<double>& bias = {0, 0, 0}) {
  Random random(2, 0, 0, "classes");
  std::vector<LogitSample> samples;
  for (int i = 0; i < count; ++i) {
    std::vector<double> logits, weights;
    double total = 0;
    for (const double offset : bias) {
      const double z = 2 * random.normal();
      logits.push_back(temperature * z + offset);
      total += weights.emplace_back(std::exp(z));
    }
    double at = random.uniform() * total;
    int truth = 0;
    while (truth < 2 && at >= weights[static_cast<std::size_t>(truth)])
      at -= weights[static_cast<std::size_t>(truth++)];
    samples.push_back({logits, truth, std::to_string(i)});
  }
  return samples;
}

TEST(Calibration, RecoversTheTemperatureOfYesNoLogits) {
  const Calibration fit = fit_calibration(CalibrationMethod::temperature, yes_no(20000, 0.4, 0));
  EXPECT_NEAR(fit.scale[0], 0.4, 0.015);
  EXPECT_NEAR(probability_of(fit, 2), sigmoid(0.8), 0.01);
}

TEST(Calibration, RecoversTheTemperatureOfClasses) {
  const Calibration fit = fit_calibration(CalibrationMethod::temperature, classes(20000, 2.5));
  EXPECT_NEAR(1 / fit.scale[0], 2.5, 0.08);
}

TEST(Calibration, PlattRecoversSlopeAndIntercept) {
  const Calibration fit = fit_calibration(CalibrationMethod::platt, yes_no(20000, 0.6, -0.7));
  EXPECT_NEAR(fit.scale[0], 0.6, 0.03);
  EXPECT_NEAR(fit.bias[0], -0.7, 0.06);
}

TEST(Calibration, VectorRecoversScaleAndBiasOfClasses) {
  const Calibration fit = fit_calibration(CalibrationMethod::vector, classes(20000, 2, {0, 1, -2}));
  // Only differences between biases are determined: the bias of class k is -offset / temperature.
  for (const double scale : fit.scale) EXPECT_NEAR(scale, 0.5, 0.03);
  EXPECT_NEAR(fit.bias[1] - fit.bias[0], -0.5, 0.08);
  EXPECT_NEAR(fit.bias[2] - fit.bias[0], 1, 0.08);
}

TEST(Calibration, IsotonicEqualsTheReference) {
  const Json expected =
      read_json(fs::path(GALEN_SOURCE_DIR) / "galen/metric/testdata/reference.json")["classification"];
  std::vector<LogitSample> samples;
  for (std::size_t i = 0; i < expected["truth"].size(); ++i) {
    const double p = expected["probability"][i];
    samples.push_back({{std::log(p / (1 - p))}, expected["truth"][i], std::to_string(i)});
  }
  const Calibration fit = fit_calibration(CalibrationMethod::isotonic, samples);
  const Json& steps = expected["isotonic"];
  for (std::size_t i = 0; i < steps["logit"].size(); ++i) {
    EXPECT_NEAR(probability_of(fit, steps["logit"][i]), steps["probability"][i].get<double>(), 1e-9) << i;
  }
}

TEST(Calibration, WeightsCountAsThatManySamples) {
  std::vector<LogitSample> few = {{{-1}, 0, "a", 3}, {{-1}, 1, "a", 1}, {{2}, 1, "b", 4}, {{2}, 0, "b", 1}}, many;
  for (const LogitSample& sample : few) {
    for (int i = 0; i < static_cast<int>(sample.weight); ++i) many.push_back({sample.logits, sample.truth, "x"});
  }
  for (const auto method : {CalibrationMethod::temperature, CalibrationMethod::platt, CalibrationMethod::isotonic}) {
    EXPECT_NEAR(probability_of(fit_calibration(method, few), 0.5), probability_of(fit_calibration(method, many), 0.5),
                1e-9);
  }
}

TEST(Calibration, ChoosesWhatTheTruthIs) {
  using enum CalibrationMethod;
  EXPECT_EQ(choose_calibration(yes_no(4000, 1, 0)).calibration.method, none);
  EXPECT_EQ(choose_calibration(yes_no(4000, 0.4, 0)).calibration.method, temperature);
  EXPECT_EQ(choose_calibration(yes_no(4000, 0.5, 1)).calibration.method, platt);
  EXPECT_EQ(choose_calibration(classes(3000, 2)).calibration.method, temperature);
  EXPECT_EQ(choose_calibration(classes(3000, 2, {0, 1, -2})).calibration.method, vector);
  std::vector<LogitSample> stepped = yes_no(6000, 0, 0);
  Random random(3, 0, 0, "steps");
  for (LogitSample& sample : stepped) {
    const double z = sample.logits[0];
    sample.truth = random.chance(z < -2 ? 0.02 : z < 3 ? 0.3 : 0.35);
  }
  EXPECT_EQ(choose_calibration(stepped).calibration.method, isotonic);
}

TEST(Calibration, ImprovesTheLogLossOnOtherPatients) {
  const CalibrationChoice choice = choose_calibration(yes_no(1000, 0.3, 0.5));
  const std::vector<LogitSample> others = yes_no(5000, 0.3, 0.5, 99);
  EXPECT_LT(log_loss(choice.calibration, others), log_loss(Calibration{}, others) - 0.1);
}

TEST(Calibration, SurvivesSeparableSamplesAndOnePatient) {
  const std::vector<LogitSample> separable = {{{-2}, 0, "a"}, {{-1}, 0, "b"}, {{1}, 1, "c"}, {{2}, 1, "d"}};
  for (const auto method : {CalibrationMethod::temperature, CalibrationMethod::platt, CalibrationMethod::isotonic}) {
    const double p = probability_of(fit_calibration(method, separable), 1.5);
    EXPECT_TRUE(p > 0.5 && p <= 1) << name_of(method);
  }
  EXPECT_EQ(choose_calibration(std::vector<LogitSample>{{{-2}, 0, "a"}, {{1}, 1, "a"}}).calibration.method,
            CalibrationMethod::none);
}

TEST(Calibration, SurvivesJson) {
  for (const auto method : {CalibrationMethod::none, CalibrationMethod::temperature, CalibrationMethod::platt,
                            CalibrationMethod::isotonic}) {
    const Calibration fit = fit_calibration(method, yes_no(500, 0.5, 0.2));
    const Json json = parse_json(to_json(fit).dump(), "test");
    const Calibration back = calibration_from_json({json, "test"});
    for (const double logit : {-9.0, -0.3, 0.0, 1.7}) {
      EXPECT_EQ(probability_of(back, logit), probability_of(fit, logit)) << name_of(method);
    }
  }
  const Json damaged = {{"method", "platt"}, {"classes", 1}, {"scale", {1.0}}};
  EXPECT_THROW(calibration_from_json({damaged, "test"}), Error);
}

TEST(Calibration, RefusesWhatDoesNotFit) {
  EXPECT_THROW(fit_calibration(CalibrationMethod::platt, {}), Error);
  EXPECT_THROW(fit_calibration(CalibrationMethod::platt, classes(10, 1)), Error);
  EXPECT_THROW(fit_calibration(CalibrationMethod::temperature, std::vector<LogitSample>{{{0.1}, 2, "a"}}), Error);
  EXPECT_THROW(fit_calibration(CalibrationMethod::temperature, std::vector<LogitSample>{{{std::nan("")}, 1, "a"}}),
               Error);
  using ::testing::HasSubstr;
  const auto refusal_of_weights = [](double first, double second) {
    const std::vector<LogitSample> samples = {{{-1}, 0, "a", first}, {{1}, 1, "b", second}};
    return message_of([&] { fit_calibration(CalibrationMethod::isotonic, samples); });
  };
  EXPECT_THAT(refusal_of_weights(1, -0.5), HasSubstr("weight that is negative or not finite (patient b: -0.5)"));
  EXPECT_THAT(refusal_of_weights(1, INFINITY), HasSubstr("weight that is negative or not finite (patient b: inf)"));
  EXPECT_THAT(refusal_of_weights(0, 0), HasSubstr("only samples of weight 0"));
  EXPECT_EQ(refusal_of_weights(0, 1), "no error");
  EXPECT_THROW(probabilities_of(Calibration{}, std::vector<double>{1, 2}), Error);
}

}  // namespace
}  // namespace galen
