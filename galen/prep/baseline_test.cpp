#include "galen/prep/baseline.h"

#include <numbers>

#include "galen/prep/signal_test.h"

namespace galen {
namespace {

std::vector<float> sine(double frequency_hz, double rate_hz, double seconds, double amplitude = 1) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate_hz));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<float>(amplitude *
                                    std::sin(2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate_hz));
  return samples;
}

std::vector<float> noise(std::size_t n, double deviation, std::uint64_t seed) {
  Random random(seed, 0, 0, "noise");
  std::vector<float> samples(n);
  for (float& v : samples) v = static_cast<float>(deviation * random.normal());
  return samples;
}

std::vector<float> sum(std::vector<float> a, std::span<const float> b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

// Root mean square of the middle half.
double size_of(std::span<const float> samples) {
  double squares = 0;
  const std::span<const float> middle = samples.subspan(samples.size() / 4, samples.size() / 2);
  for (const float v : middle) squares += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(squares / static_cast<double>(middle.size()));
}

TEST(BaselineRemoval, TakesWanderAndKeepsWaves) {
  for (const double rate_hz : {125.0, 360.0, 1000.0}) {
    const auto kept = [&](double frequency_hz, const auto& filter) {
      return size_of(filtered(filter, sine(frequency_hz, rate_hz, 60))) * std::numbers::sqrt2;
    };
    const BandByAverages linear = baseline_removal(0.67, rate_hz);
    EXPECT_LT(kept(0.1, linear), 0.05);
    EXPECT_NEAR(kept(0.67, linear), std::sqrt(0.5), 0.02);
    EXPECT_NEAR(kept(10, linear), 1, 0.01);
    const CausalFilter causal = causal_baseline_removal(0.5, rate_hz);
    EXPECT_LT(kept(0.1, causal), 0.05);
    EXPECT_NEAR(kept(0.5, causal), std::sqrt(0.5), 0.02);
    EXPECT_NEAR(kept(10, causal), 1, 0.01);
  }
}

TEST(BaselineRemoval, IsLateByItsShareOfAPeriod) {
  for (const double cutoff_hz : {0.05, 0.67}) {
    EXPECT_NEAR(baseline_removal(cutoff_hz, 1000).delay(), 0.5728 * 1000 / cutoff_hz, 2);
  }
}

TEST(BaselineRemoval, NeverAmplifies) {
  for (double f = 0.2; f < 8; f *= 1.1)
    EXPECT_LT(size_of(filtered(baseline_removal(0.67, 250), sine(f, 250, 60))) * std::numbers::sqrt2, 1.01) << f;
}

TEST(MainsHum, IsTheLineThatStandsOut) {
  const std::vector<float> quiet = noise(30 * 250, 1, 1);
  EXPECT_FALSE(mains_hum(quiet, 250).has_value());
  for (const double line_hz : {50.0, 60.0}) {
    const auto hum = mains_hum(sum(quiet, sine(line_hz + 0.1, 250, 30, 0.5)), 250);
    ASSERT_TRUE(hum.has_value());
    EXPECT_EQ(hum->frequency_hz, line_hz);
    EXPECT_GT(hum->prominence, 10);
  }
  const auto both = mains_hum(sum(sum(quiet, sine(50, 250, 30, 0.4)), sine(60, 250, 30, 0.8)), 250);
  EXPECT_EQ(both.value().frequency_hz, 60);
}

TEST(MainsHum, IsNotSoughtWhereItCannotBeSeen) {
  EXPECT_FALSE(mains_hum(sine(50, 110, 30), 110).has_value());
  EXPECT_FALSE(mains_hum(sine(50, 250, 7), 250).has_value());
  EXPECT_FALSE(mains_hum({}, 250).has_value());
  std::vector<float> gapped = sum(noise(30 * 250, 1, 2), sine(50, 250, 30));
  for (std::size_t i = 0; i < gapped.size(); i += 7 * 250) gapped[i] = nan_sample;
  EXPECT_FALSE(mains_hum(gapped, 250).has_value());
}

TEST(MainsNotches, TakeTheLineAndItsHarmonicsAndLeaveTheRest) {
  const Sections notches = mains_notches(50, 500);
  EXPECT_EQ(notches.size(), 4u);
  for (const double f : {50.0, 100.0, 150.0, 200.0}) EXPECT_LT(size_of(zero_phase(notches, sine(f, 500, 20))), 0.01);
  for (const double f : {5.0, 40.0, 75.0})
    EXPECT_NEAR(size_of(zero_phase(notches, sine(f, 500, 20))), std::sqrt(0.5), 0.01);
  EXPECT_TRUE(mains_notches(50, 100).empty());
}

}  // namespace
}  // namespace galen
