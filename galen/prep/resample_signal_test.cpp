#include "galen/prep/resample_signal.h"

#include <gmock/gmock.h>

#include <numbers>

#include "galen/base/message_test.h"
#include "galen/prep/signal_test.h"

namespace galen {
namespace {

#include "galen/prep/signal_reference_values.inc"

using testing::HasSubstr;

std::vector<float> sine(double frequency_hz, double rate_hz, std::size_t n) {
  std::vector<float> samples(n);
  for (std::size_t i = 0; i < n; ++i)
    samples[i] = static_cast<float>(std::sin(2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate_hz));
  return samples;
}

// scipy takes samples outside as 0, and the sums of its kernel's phases differ by up to 1e-4.
void expect_as_scipy(double from_hz, double to_hz, std::span<const double> wanted) {
  const std::vector<float> out = resampled(wave(400), from_hz, to_hz);
  ASSERT_EQ(out.size(), wanted.size());
  const std::size_t edge = static_cast<std::size_t>(SignalResampler(from_hz, to_hz).delay() * to_hz / from_hz) + 1;
  for (std::size_t i = edge; i + edge < out.size(); ++i) EXPECT_NEAR(out[i], wanted[i], 5e-4) << i;
}

TEST(SignalResampler, EqualsScipysResamplePoly) {
  expect_as_scipy(360, 250, resampled_25_36);
  expect_as_scipy(125, 250, resampled_2_1);
  expect_as_scipy(375, 125, resampled_1_3);
}

TEST(SignalResampler, KeepsASineInItsPlace) {
  for (const auto& [from_hz, to_hz] : {std::pair{360.0, 250.0},
                                       {250.0, 500.0},
                                       {1000.0, 125.0},
                                       {62.4725, 125.0},
                                       {256.0, 255.9},
                                       {100.0, 100.0 * std::numbers::pi}}) {
    const double frequency_hz = 0.3 * std::min(from_hz, to_hz);
    const std::vector<float> out = resampled(sine(frequency_hz, from_hz, 4000), from_hz, to_hz);
    ASSERT_EQ(out.size(), static_cast<std::size_t>(std::ceil(4000 * to_hz / from_hz)));
    const std::vector<float> wanted = sine(frequency_hz, to_hz, out.size());
    for (std::size_t k = out.size() / 4; k < out.size() * 3 / 4; ++k)
      ASSERT_NEAR(out[k], wanted[k], 2e-4) << from_hz << " to " << to_hz << " at " << k;
  }
}

TEST(SignalResampler, StopsWhatTheNewRateCannotHold) {
  const std::vector<float> out = resampled(sine(70, 500, 5000), 500, 125);
  for (std::size_t k = 100; k + 100 < out.size(); ++k) ASSERT_NEAR(out[k], 0, 2e-4);
}

TEST(SignalResampler, KeepsConstantsUpToTheEdgesAndAroundGaps) {
  std::vector<float> samples(500, 7.5f);
  samples[200] = samples[201] = nan_sample;
  for (const double to_hz : {250.0, 100.0, 555.5}) {
    const std::vector<float> out = resampled(samples, 360, to_hz);
    for (std::size_t k = 0; k < out.size(); ++k) {
      const double input = static_cast<double>(k) * 360 / to_hz;
      const bool gap = input > 199.5 && input < 201.5;
      ASSERT_EQ(std::isnan(out[k]), gap) << k << " at " << input;
      if (!gap) {
        ASSERT_NEAR(out[k], 7.5f, 1e-5f) << k;
      }
    }
  }
}

TEST(SignalResampler, DividesByNoSmallWeightBesideScatteredGaps) {
  std::vector<float> samples = sine(20, 250, 300);
  for (const std::size_t i : {96, 98, 101, 103, 105}) samples[i] = nan_sample;
  const std::vector<float> out = resampled(samples, 250, 500);
  for (std::size_t k = 0; k < out.size(); ++k) {
    // Output 201 lies between inputs 100 and 101; apart from 100, the inputs left around it have negative weights.
    ASSERT_EQ(std::isnan(out[k]), std::isnan(samples[k / 2]) || k == 201) << k;
  }
}

TEST(SignalResampler, LeavesEqualRatesAlone) {
  expect_same(resampled(wave_with_gaps(300), 250, 250), wave_with_gaps(300));
}

TEST(SignalResampler, GivesTheFilesResultOnAStreamHoweverItIsCut) {
  const std::vector<float> samples = wave_with_gaps(20'000);
  for (const auto& [from_hz, to_hz] :
       {std::pair{360.0, 250.0}, {250.0, 360.0}, {1000.0, 125.0}, {62.4725, 125.0}, {250.0, 250.0}}) {
    SCOPED_TRACE(from_hz);
    const std::vector<float> file = resampled(samples, from_hz, to_hz);
    SignalResampler resampler(from_hz, to_hz);
    for (const std::uint64_t seed : {1, 2}) {
      std::vector<float> stream;
      std::size_t received = 0;
      in_random_pieces(samples, seed, [&](std::span<const float> in) {
        resampler.push(in, stream);
        received += in.size();
        if (received > 1000) {
          const double known = static_cast<double>(received) - 1 - resampler.delay();
          ASSERT_GE(static_cast<double>(stream.size()), std::floor(known * to_hz / from_hz));
        }
      });
      resampler.finish(stream);
      expect_same(stream, file);
      resampler.reset();
    }
  }
}

TEST(SignalResampler, RefusesRatesOutOfRange) {
  EXPECT_THAT(message_of([] { SignalResampler(250, 0); }), HasSubstr("rates out of range (from 250 Hz to 0 Hz)"));
  EXPECT_THAT(message_of([] { SignalResampler(1, 2000); }), HasSubstr("rates out of range"));
  EXPECT_TRUE(resampled({}, 250, 125).empty());
}

}  // namespace
}  // namespace galen
