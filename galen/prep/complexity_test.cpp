#include "galen/prep/complexity.h"

#include <gmock/gmock.h>

#include <numeric>

#include "galen/base/message_test.h"
#include "galen/prep/signal_test.h"
#include "galen/prep/spline.h"

namespace galen {
namespace {

#include "galen/prep/signal_reference_values.inc"

using testing::HasSubstr;

std::vector<double> noise(std::size_t n, std::uint64_t seed) {
  Random random(seed, 0, 0, "noise");
  std::vector<double> values(n);
  for (double& v : values) v = random.normal();
  return values;
}

// By definition: the number of runs that agree with run i.
int agreeing(std::span<const double> x, std::size_t runs, std::size_t i, std::size_t length, double tolerance) {
  int n = 0;
  for (std::size_t j = 0; j < runs; ++j) {
    bool agree = true;
    for (std::size_t d = 0; d < length; ++d) agree = agree && std::abs(x[i + d] - x[j + d]) <= tolerance;
    n += agree;
  }
  return n;
}

TEST(Entropy, FollowsItsDefinition) {
  const std::vector<double> x = noise(300, 1);
  for (const std::size_t m : {1u, 2u, 3u}) {
    double shorter = 0, longer = 0, phi = 0, next = 0;
    for (std::size_t i = 0; i < x.size() - m; ++i) {
      shorter += agreeing(x, x.size() - m, i, m, 0.3) - 1;
      longer += agreeing(x, x.size() - m, i, m + 1, 0.3) - 1;
      next += std::log(agreeing(x, x.size() - m, i, m + 1, 0.3) / static_cast<double>(x.size() - m));
    }
    const double runs = static_cast<double>(x.size() - m + 1);
    for (std::size_t i = 0; i < x.size() - m + 1; ++i) phi += std::log(agreeing(x, x.size() - m + 1, i, m, 0.3) / runs);
    EXPECT_NEAR(sample_entropy(x, static_cast<int>(m), 0.3).value(), std::log(shorter / longer), 1e-12);
    EXPECT_NEAR(approximate_entropy(x, static_cast<int>(m), 0.3).value(), phi / runs - next / (runs - 1), 1e-12);
  }
}

TEST(Entropy, OfNoiseIsThatOfItsChances) {  // two normal values differ by at most 0.2 with probability 0.1125
  EXPECT_NEAR(sample_entropy(noise(20'000, 2), 2, 0.2).value(), -std::log(0.1125), 0.02);
}

TEST(Entropy, IsAbsentWhereNothingAgrees) {
  EXPECT_FALSE(sample_entropy(std::vector<double>{1, 2, 3, 4, 5, 6}, 2, 0.1));
  EXPECT_FALSE(sample_entropy(std::vector<double>{1, 2}, 2, 0.1));
  EXPECT_FALSE(approximate_entropy({}, 2, 0.1));
  EXPECT_EQ(sample_entropy(std::vector<double>(50, 3.0), 2, 0.1), 0);
  EXPECT_THAT(message_of([] { sample_entropy({}, 0, 0.1); }), HasSubstr("a dimension below 1"));
}

TEST(Entropy, ACoefficientOfItIsForTheToleranceAndTheMean) {
  std::vector<double> x = noise(40, 5);
  for (double& v : x) v = 0.8 + 0.1 * v;
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / 40;
  EXPECT_NEAR(coefficient_of_sample_entropy(x, 0.05).value(),
              sample_entropy(x, 1, 0.05).value() + std::log(2 * 0.05 / mean), 1e-12);
  EXPECT_FALSE(coefficient_of_sample_entropy(std::vector<double>{1, 2, 3, 4}, 0.1));
}

TEST(LeastTolerance, LetsSoManyPairsAgree) {
  const std::vector<double> x = noise(30, 6);
  for (const std::size_t pairs : {1u, 5u, 100u}) {
    const double least = least_tolerance(x, pairs).value();
    const auto agree = [&](double tolerance) {
      int n = 0;
      for (std::size_t i = 0; i + 1 < x.size(); ++i) n += agreeing(x, x.size() - 1, i, 2, tolerance) - 1;
      return static_cast<std::size_t>(n / 2);
    };
    EXPECT_EQ(agree(least), pairs);
    EXPECT_EQ(agree(least * (1 - 1e-9)), pairs - 1);
  }
  EXPECT_FALSE(least_tolerance(x, 29 * 28 / 2 + 1));
  EXPECT_FALSE(least_tolerance({}, 1));
  EXPECT_THAT(message_of([] { least_tolerance({}, 0); }), HasSubstr("no pairs"));
}

TEST(FluctuationExponent, TellsWhiteNoiseFromItsSum) {
  std::vector<double> x = noise(20'000, 3);
  EXPECT_NEAR(fluctuation_exponent(x, 16, 64).value(), 0.5, 0.03);
  for (std::size_t i = 1; i < x.size(); ++i) x[i] += x[i - 1];
  EXPECT_NEAR(fluctuation_exponent(x, 16, 64).value(), 1.5, 0.05);
}

TEST(FluctuationExponent, IsAbsentWhereItHasNoMeaning) {
  EXPECT_FALSE(fluctuation_exponent(noise(255, 4), 16, 64));
  EXPECT_TRUE(fluctuation_exponent(noise(256, 4), 16, 64));
  EXPECT_FALSE(fluctuation_exponent(std::vector<double>(300, 0.1), 4, 16));
  EXPECT_THAT(message_of([] { fluctuation_exponent({}, 2, 16); }), HasSubstr("no such windows"));
}

TEST(Spline, EqualsScipysNaturalOne) {
  std::vector<double> times, values, at;
  double t = 0;
  for (int i = 0; i < 12; ++i) {
    times.push_back(t += 0.8 + 0.3 * std::sin(0.7 * i));
    values.push_back(std::sin(1.3 * t));
  }
  for (int i = 0; i < 40; ++i) at.push_back(times.front() + (times.back() - times.front()) * i / 39.5);
  const std::vector<double> out = spline_interpolated(times, values, at);
  ASSERT_EQ(out.size(), std::size(spline_natural));
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_NEAR(out[i], spline_natural[i], 1e-9) << i;
}

TEST(Spline, HoldsItsEndsAndTakesFewValues) {
  EXPECT_EQ(
      spline_interpolated(std::vector<double>{1, 2}, std::vector<double>{5, 7}, std::vector<double>{0, 1.5, 2, 9}),
      (std::vector<double>{5, 6, 7, 7}));
  EXPECT_EQ(spline_interpolated(std::vector<double>{1}, std::vector<double>{5}, std::vector<double>{0, 1, 2}),
            (std::vector<double>{5, 5, 5}));
  EXPECT_THAT(message_of([] { spline_interpolated(std::vector<double>{1, 1}, std::vector<double>{5, 7}, {}); }),
              HasSubstr("times that do not ascend"));
  EXPECT_THAT(message_of([] { spline_interpolated({}, {}, {}); }), HasSubstr("no values"));
}

}  // namespace
}  // namespace galen
