#include "galen/prep/spectrum.h"

#include <gmock/gmock.h>

#include <numbers>

#include "galen/base/message_test.h"
#include "galen/prep/signal_test.h"

namespace galen {
namespace {

#include "galen/prep/signal_reference_values.inc"

using testing::HasSubstr;

void expect_close(std::span<const double> values, std::span<const double> wanted) {
  ASSERT_EQ(values.size(), wanted.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(values[i], wanted[i], 1e-9 * std::abs(wanted[i]) + 1e-15) << "at " << i;
}

// The series of scripts/reference/signals.py.
std::vector<double> uneven_times() {
  std::vector<double> times;
  double t = 0;
  for (int i = 0; i < 120; ++i) times.push_back(t += 0.8 + 0.1 * std::sin(0.7 * i));
  return times;
}

std::vector<double> uneven_values(const std::vector<double>& times) {
  std::vector<double> values;
  for (const double t : times)
    values.push_back(0.8 + 0.05 * std::sin(2 * std::numbers::pi * 0.1 * t) +
                     0.02 * std::cos(2 * std::numbers::pi * 0.25 * t));
  return values;
}

TEST(Welch, EqualsScipys) {
  const std::vector<float> samples = wave(500);
  expect_close(welch(samples, 250, 64, 32).density, welch_even);
  expect_close(welch(samples, 250, 45, 10).density, welch_odd);
  expect_close(welch(std::span(samples).first(50), 250, 256, 128).density, welch_short);
  EXPECT_DOUBLE_EQ(welch(samples, 250, 64, 32).step_hz, 250.0 / 64);
}

TEST(Welch, GivesThePowerOfASine) {
  std::vector<double> samples(4000);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = 3 * std::sin(2 * std::numbers::pi * 10 * static_cast<double>(i) / 200);
  EXPECT_NEAR(band_power(welch(samples, 200, 400, 200), 8, 12), 4.5, 1e-6);
  EXPECT_NEAR(band_power(welch(samples, 200, 400, 200), 12, 100), 0, 1e-6);
}

TEST(Welch, RefusesWhatHasNoSpectrum) {
  EXPECT_THAT(message_of([] { welch(std::vector<double>{}, 250, 64, 32); }), HasSubstr("no samples"));
  EXPECT_THAT(message_of([] { welch(std::vector<float>(9, nan_sample), 250, 8, 0); }), HasSubstr("not finite"));
  EXPECT_THAT(message_of([] { welch(wave(99), 250, 8, 8); }), HasSubstr("do not advance"));
}

TEST(BandPower, TakesEachBinOnce) {
  const Spectrum spectrum{0.5, {1, 2, 4, 8}};
  EXPECT_DOUBLE_EQ(band_power(spectrum, 0, 0.5), 0.5);
  EXPECT_DOUBLE_EQ(band_power(spectrum, 0.5, 1.5), 3);
  EXPECT_DOUBLE_EQ(band_power(spectrum, 0, 9), 7.5);
}

TEST(Lomb, EqualsScipys) {
  const std::vector<double> times = uneven_times();
  constexpr double frequencies[] = {0.02, 0.05, 0.1, 0.17, 0.25, 0.4};
  expect_close(lomb(times, uneven_values(times), frequencies), lomb_powers);
}

TEST(Lomb, AsADensityHoldsThePowerOfItsSines) {
  const std::vector<double> times = uneven_times();
  const Spectrum spectrum = lomb_spectrum(times, uneven_values(times), 0.5);
  EXPECT_NEAR(band_power(spectrum, 0.07, 0.13), 0.05 * 0.05 / 2, 1e-4);
  EXPECT_NEAR(band_power(spectrum, 0.22, 0.28), 0.02 * 0.02 / 2, 3e-5);
}

}  // namespace
}  // namespace galen
