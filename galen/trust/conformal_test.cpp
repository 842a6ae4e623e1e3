#include "galen/trust/conformal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "galen/base/random.h"
#include "galen/metric/stats.h"
#include "galen/trust/calibration_fits.h"
#include "galen/trust/folds.h"

namespace galen {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Expects the share of successes to agree with the promised level, up to chance (99.9 %).
void expect_level(int successes, int trials, double level) {
  const Range range = binomial_interval(successes, trials, 0.999);
  EXPECT_LE(range.low, level) << successes << " of " << trials;
  EXPECT_GE(range.high, level) << successes << " of " << trials;
}

// Three classes, the last rare and hard; the model's logits are miscalibrated by a temperature.
LogitSample draw_logits(Random& random, const std::string& patient) {
  const double u = random.uniform();
  const int truth = u < 0.6 ? 0 : u < 0.9 ? 1 : 2;
  std::vector<double> logits(3);
  for (double& logit : logits) logit = 3 * random.normal();
  logits[static_cast<std::size_t>(truth)] += truth == 2 ? 1 : 5;
  return {logits, truth, patient};
}

ClassSample draw_class(Random& random, const std::string& patient) {
  const LogitSample drawn = draw_logits(random, patient);
  return {softmax(drawn.logits), drawn.truth, patient};
}

// Numbers whose error is proportional to them; a patient's cases share a part of the error.
NumberSample draw_number(Random& random, const std::string& patient, double shared) {
  const double predicted = std::exp(random.normal());
  const double spread = 0.1 * predicted;
  return {predicted, predicted * std::exp(0.1 * (0.6 * random.normal() + shared)), spread, patient};
}

TEST(ConformalQuantile, IsTheOrderStatisticOfSplitConformal) {
  std::vector<double> scores(19);
  std::iota(scores.begin(), scores.end(), 1.0);
  std::vector<std::string> patients;
  for (int i = 0; i < 19; ++i) patients.push_back(std::to_string(i));
  EXPECT_EQ(conformal_quantile(scores, patients, 0.9), 18);  // ceil(20 * 0.9)
  EXPECT_EQ(conformal_quantile(scores, patients, 0.95), 19);
  EXPECT_EQ(conformal_quantile(scores, patients, 0.96), infinity);
  EXPECT_EQ(conformal_quantile(scores, std::vector<std::string>(19, "one"), 0.9), infinity);
}

TEST(ConformalSets, CoverWithTheirLevelWhateverTheModel) {
  for (const bool class_conditional : {false, true}) {
    int covered = 0;
    std::vector<int> covered_of(3), count_of(3);
    constexpr int repetitions = 1500;
    for (int i = 0; i < repetitions; ++i) {
      Random random(7, 0, static_cast<std::uint64_t>(i), "sets");
      std::vector<ClassSample> samples;
      for (int k = 0; k < 199; ++k) samples.push_back(draw_class(random, std::to_string(k)));
      const ConformalSets sets = fit_sets(samples, 0.9, class_conditional);
      const ClassSample other = draw_class(random, "new");
      const std::vector<int> set = set_of(sets, other.probabilities);
      const bool holds = std::find(set.begin(), set.end(), other.truth) != set.end();
      covered += holds;
      covered_of[static_cast<std::size_t>(other.truth)] += holds;
      ++count_of[static_cast<std::size_t>(other.truth)];
    }
    if (!class_conditional) {
      expect_level(covered, repetitions, 0.9);
      EXPECT_LT(covered_of[2], 0.75 * count_of[2]);  // the rare class is undercovered in favour of the others
    } else {
      for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_GE(binomial_interval(covered_of[k], count_of[k], 0.999).high, 0.9) << k;
      }
      EXPECT_LT(covered_of[2], count_of[2]);
    }
  }
}

TEST(ConformalSets, HoldTheMostProbableClassAndAClassThatNobodyShowed) {
  const std::vector<ClassSample> samples(30, {{0.9, 0.1, 0.0}, 0, "x"});
  std::vector<ClassSample> named = samples;
  for (std::size_t i = 0; i < named.size(); ++i) named[i].patient = std::to_string(i);
  const ConformalSets sets = fit_sets(named, 0.9, true);
  EXPECT_THAT(set_of(sets, std::vector<double>{0.2, 0.3, 0.5}), testing::ElementsAre(2, 1));
  const Json json = parse_json(to_json(sets).dump(), "test");
  EXPECT_EQ(conformal_sets_from_json({json, "test"}).thresholds, sets.thresholds);
  Json fewer = json;
  fewer["thresholds"].erase(0);
  EXPECT_THROW(conformal_sets_from_json({fewer, "test"}), Error);
}

TEST(ConformalIntervals, CoverWithTheirLevelForNewPatientsWithSeveralCases) {
  for (const Residual residual : {Residual::absolute, Residual::normalised, Residual::multiplicative}) {
    int covered = 0;
    constexpr int repetitions = 3000;
    for (int i = 0; i < repetitions; ++i) {
      Random random(8, 0, static_cast<std::uint64_t>(i), "intervals");
      std::vector<NumberSample> samples;
      for (int patient = 0; patient < 59; ++patient) {
        const double shared = random.normal();
        const auto cases = 1 + random.below(3);
        for (std::uint64_t k = 0; k < cases; ++k)
          samples.push_back(draw_number(random, std::to_string(patient), shared));
      }
      const ConformalInterval fit = fit_interval(samples, 0.9, residual);
      const NumberSample other = draw_number(random, "new", random.normal());
      const Interval interval = interval_of(fit, other.predicted, other.spread);
      covered += interval.low <= other.truth && other.truth <= interval.high;
    }
    expect_level(covered, repetitions, 0.9);
  }
}

TEST(ConformalIntervals, OfAVolumeArePositiveAndGrowWithIt) {
  const std::vector<NumberSample> samples = {
      {1, 1.1, 1, "a"}, {2, 1.9, 1, "b"}, {4, 4.8, 1, "c"}, {1, 1, 1, "d"}, {0, 0, 1, "e"}};
  const ConformalInterval fit = fit_interval(samples, 0.8, Residual::multiplicative);
  EXPECT_NEAR(fit.quantile, std::log(1.2), 1e-12);
  EXPECT_NEAR(interval_of(fit, 3).low, 2.5, 1e-12);
  EXPECT_NEAR(interval_of(fit, 3).high, 3.6, 1e-12);
  const ConformalInterval unknown = fit_interval(samples, 0.9, Residual::multiplicative);
  EXPECT_EQ(interval_of(unknown, 3).high, infinity);
  EXPECT_EQ(interval_of(unknown, 3).low, 0);
  EXPECT_EQ(interval_of(unknown, -3).low, -infinity);
  EXPECT_EQ(interval_of(unknown, -3).high, 0);
  EXPECT_EQ(interval_of(unknown, 0).high, infinity);
  EXPECT_EQ(interval_of(fit, 0).high, 0);
  const Json json = parse_json(to_json(unknown).dump(), "test");
  EXPECT_EQ(conformal_interval_from_json({json, "test"}).quantile, infinity);
}

TEST(ConformalIntervals, ABundlePromisesWhatItKeepsAndNothingElse) {
  const ConformalInterval fit{Residual::absolute, 0.9, 2, 30}, unknown{Residual::absolute, 0.9, infinity, 3};
  const Json fits = {{"rate", to_json(fit)}, {"pressure", to_json(unknown)}};
  const auto interval = promised_interval(fits, "rate", 70);
  ASSERT_TRUE(interval.has_value());
  EXPECT_EQ(interval->low, 68);
  EXPECT_EQ(interval->high, 72);
  EXPECT_FALSE(promised_interval(fits, "pressure", 120).has_value());  // too few patients
  EXPECT_FALSE(promised_interval(fits, "volume", 5).has_value());
}

TEST(ConformalIntervals, RefuseNumbersThatAreNotFinite) {
  EXPECT_THROW(fit_interval(std::vector<NumberSample>{{1, std::nan(""), 1, "a"}}, 0.9, Residual::absolute), Error);
  EXPECT_THROW(fit_interval(std::vector<NumberSample>{{1, 1, 0, "a"}}, 0.9, Residual::absolute), Error);
  EXPECT_THROW(fit_interval({}, 0.9, Residual::absolute), Error);
  EXPECT_THROW(fit_sets(std::vector<ClassSample>{{{0.5, 0.5}, 2, "a"}}, 0.9, true), Error);
}

TEST(Coverage, CrossFittedOnPatientsMeetsThePromise) {
  Random random(9, 0, 0, "coverage");
  std::vector<NumberSample> numbers;
  std::vector<LogitSample> classes;  // calibration and sets are fitted together, as in a bundle
  for (int patient = 0; patient < 200; ++patient) {
    const double shared = random.normal();
    for (int k = 0; k < 2; ++k) numbers.push_back(draw_number(random, std::to_string(patient), shared));
    classes.push_back(draw_logits(random, std::to_string(patient)));
  }
  const Coverage of_numbers = cross_fitted_coverage(numbers, 0.9, Residual::multiplicative).value();
  EXPECT_TRUE(of_numbers.holds()) << to_json(of_numbers);
  EXPECT_LT(of_numbers.low, 0.9);
  EXPECT_EQ(of_numbers.patients, 200);
  EXPECT_EQ(of_numbers.cases, 400);
  const Coverage of_classes = cross_fitted_coverage(classes, 0.9, true).value();
  EXPECT_TRUE(of_classes.holds()) << to_json(of_classes);
  EXPECT_EQ(of_classes.by_class.size(), 3u);
  EXPECT_GT(of_classes.size, 1);
}

TEST(Coverage, OfOnePatientCannotBeTold) {
  const std::vector<NumberSample> numbers{{1, 1, 1, "a"}, {1, 2, 1, "a"}};
  EXPECT_FALSE(cross_fitted_coverage(numbers, 0.9, Residual::absolute));
  const std::vector<LogitSample> classes{{{0.5, 0.5}, 1, "a"}, {{0.5, 0.5}, 0, "a"}};
  EXPECT_FALSE(cross_fitted_coverage(classes, 0.9, true));
  EXPECT_THROW(cross_fitted_coverage(std::vector<NumberSample>{}, 0.9, Residual::absolute), Error);
  EXPECT_THROW(cross_fitted_coverage(std::vector<LogitSample>{}, 0.9, true), Error);
}

// Errors are 0.1, but 1 for every second case of every twentieth patient: outside the interval fitted on the others.
std::vector<NumberSample> with_outliers(int cases_each) {
  std::vector<NumberSample> numbers;
  for (int patient = 0; patient < 40; ++patient) {
    for (int k = 0; k < cases_each; ++k) {
      const double error = patient % 20 == 0 && k % 2 == 0 ? 1 : 0.1;
      numbers.push_back({10, 10 + error, 1, std::to_string(patient)});
    }
  }
  return numbers;
}

TEST(Coverage, IsExactWhereEachPatientHasOneCaseAndElseByBootstrap) {
  const Coverage single = cross_fitted_coverage(with_outliers(1), 0.9, Residual::absolute).value();
  EXPECT_DOUBLE_EQ(single.observed, 38.0 / 40);
  EXPECT_EQ(single.low, binomial_interval(38, 40).low);
  const Coverage twice = cross_fitted_coverage(with_outliers(2), 0.9, Residual::absolute).value();
  EXPECT_DOUBLE_EQ(twice.observed, 39.0 / 40);  // of two patients, half of the cases are missed
  EXPECT_GT(twice.low, binomial_interval(39, 40).low) << "shares vary less than yes and no";
  EXPECT_LE(twice.high, 1);
  EXPECT_LT(twice.low, twice.observed);
}

TEST(Coverage, OfAllIsNotSure) {
  std::vector<NumberSample> numbers = with_outliers(2);
  for (NumberSample& one : numbers) one.truth = one.predicted;
  const Coverage coverage = cross_fitted_coverage(numbers, 0.9, Residual::absolute).value();
  EXPECT_EQ(coverage.observed, 1);
  EXPECT_EQ(coverage.low, binomial_interval(40, 40).low);
}

// Each of 40 patients has a case of the first class and two of the second, all predicted rightly except, for every
// fourth patient, the last one, which stands for `weight` cases.
std::vector<LogitSample> weighted(double weight) {
  std::vector<LogitSample> samples;
  for (int patient = 0; patient < 40; ++patient) {
    const std::string name = std::to_string(patient);
    samples.push_back({{0, -20, -20}, 0, name, 98 - weight});
    samples.push_back({{-20, 0, -20}, 1, name, 1});
    samples.push_back(patient % 4 == 0 ? LogitSample{{0, -20, -20}, 1, name, weight}
                                       : LogitSample{{-20, 0, -20}, 1, name, weight});
  }
  return samples;
}

TEST(Coverage, OfSetsIsOfTheCasesThatSamplesStandFor) {
  const Coverage light = cross_fitted_coverage(weighted(1), 0.8, true).value();
  const Coverage heavy = cross_fitted_coverage(weighted(49), 0.8, true).value();
  // In 10 of 40 patients, 1 of 99 cases (light) or 49 of 99 (heavy) are missed.
  EXPECT_NEAR(light.observed, 1 - 0.25 * 1 / 99, 1e-9);
  EXPECT_NEAR(heavy.observed, 1 - 0.25 * 49 / 99, 1e-9);
  EXPECT_NEAR(light.by_class[1], 1 - 0.25 * 1 / 2, 1e-9);
  EXPECT_NEAR(heavy.by_class[1], 1 - 0.25 * 49 / 50, 1e-9);
  EXPECT_TRUE(std::isnan(light.by_class[2]));
  EXPECT_EQ(light.cases, 120);
}

// The mean size of sets whose thresholds were fitted without the patient's fold; the calibration saw all samples or
// only the other folds.
double size_of_sets(const std::vector<LogitSample>& samples, bool seen_by_calibration) {
  std::vector<std::string> patients;
  for (const LogitSample& one : samples) patients.push_back(one.patient);
  const std::vector<int> fold_of = patient_folds(patients, 5, 1);
  double size = 0;
  for (int fold = 0; fold < 5; ++fold) {
    std::vector<LogitSample> others;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (fold_of[i] != fold) others.push_back(samples[i]);
    }
    const Calibration calibration = choose_calibration(seen_by_calibration ? samples : others).calibration;
    std::vector<ClassSample> fitted_on;
    for (const LogitSample& one : others) {
      fitted_on.push_back({probabilities_of(calibration, one.logits), one.truth, one.patient});
    }
    const ConformalSets sets = fit_sets(fitted_on, 0.9, true);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (fold_of[i] != fold) continue;
      size += static_cast<double>(set_of(sets, probabilities_of(calibration, samples[i].logits)).size());
    }
  }
  return size / static_cast<double>(samples.size());
}

TEST(Coverage, OfSetsIsOfACalibrationThatDidNotSeeThePatient) {
  Random random(10, 0, 0, "calibration");
  std::vector<LogitSample> samples;
  for (int patient = 0; patient < 60; ++patient) {
    samples.push_back(draw_logits(random, std::to_string(patient)));
    std::vector<double>& logits = samples.back().logits;
    logits = {3 * logits[0], logits[1] - 4, logits[2] / 5 + 4};  // vector scaling corrects this
  }
  const Coverage coverage = cross_fitted_coverage(samples, 0.9, true).value();
  EXPECT_NEAR(coverage.size, size_of_sets(samples, false), 1e-12);
  EXPECT_NE(size_of_sets(samples, false), size_of_sets(samples, true));
}

}  // namespace
}  // namespace galen
