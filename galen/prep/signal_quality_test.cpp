#include "galen/prep/signal_quality.h"

#include <gmock/gmock.h>

#include <numbers>

#include "galen/base/message_test.h"
#include "galen/prep/signal_test.h"

namespace galen {
namespace {

using testing::HasSubstr;

constexpr double rate_hz = 250;

// Something like an ECG: narrow peaks and broad waves, 75 a minute, with little noise.
std::vector<float> beats(double seconds, double noise = 0.01) {
  Random random(4, 0, 0, "noise");
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate_hz));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = std::fmod(static_cast<double>(i) / rate_hz, 0.8);
    const auto bump = [&](double at, double width) { return std::exp(-(t - at) * (t - at) / (2 * width * width)); };
    samples[i] = static_cast<float>(bump(0.3, 0.012) + 0.2 * bump(0.55, 0.04) + noise * random.normal());
  }
  return samples;
}

TEST(SignalQuality, OfACleanRhythmIsFull) {
  const SignalQuality quality = signal_quality(beats(10), rate_hz);
  EXPECT_EQ(quality.index, 1);
  EXPECT_TRUE(quality.worst.empty());
  EXPECT_GT(quality.kurtosis.value(), 5);
  EXPECT_LT(quality.noise_ratio.value(), 0.1);
}

TEST(SignalQuality, SaysWhatIsWrong) {
  const auto worst_of = [](const std::vector<float>& samples) { return signal_quality(samples, rate_hz); };
  std::vector<float> samples = beats(10);
  for (std::size_t i = 0; i < 1000; ++i) samples[i] = nan_sample;
  EXPECT_EQ(worst_of(samples).worst, "missing");
  EXPECT_DOUBLE_EQ(worst_of(samples).missing_share, 0.4);
  EXPECT_NEAR(worst_of(samples).index, 0.2, 1e-12);

  samples = beats(10);
  std::fill(samples.begin() + 100, samples.begin() + 850, 0.3f);
  EXPECT_EQ(worst_of(samples).worst, "flat");
  EXPECT_DOUBLE_EQ(worst_of(samples).flat_share, 0.3);

  samples = beats(10);
  for (float& v : samples) v = std::min(v, 0.19f);
  EXPECT_EQ(worst_of(samples).worst, "clipped");
  EXPECT_GT(worst_of(samples).clipped_share, 0.05);

  samples = beats(10);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] += static_cast<float>(3 * std::sin(2 * std::numbers::pi * 0.4 * static_cast<double>(i) / rate_hz));
  EXPECT_EQ(worst_of(samples).worst, "baseline");
  EXPECT_LT(worst_of(samples).index, 0.2);

  EXPECT_EQ(worst_of(beats(10, 0.5)).worst, "noise");
  EXPECT_LT(worst_of(beats(10, 2)).index, 0.2);
  EXPECT_NEAR(worst_of(beats(100, 100)).noise_ratio.value(), 1, 0.1);
  EXPECT_NEAR(worst_of(beats(100, 100)).kurtosis.value(), 3, 0.15);
}

TEST(SignalQuality, LeavesOutWhatCannotBeMeasured) {
  const SignalQuality none = signal_quality(std::vector<float>(2500, nan_sample), rate_hz);
  EXPECT_EQ(none.index, 0);
  EXPECT_FALSE(none.kurtosis || none.baseline_ratio || none.noise_ratio);
  const SignalQuality flat = signal_quality(std::vector<float>(2500, 1e4f), rate_hz);
  EXPECT_EQ(flat.index, 0);
  EXPECT_EQ(flat.worst, "flat");
  EXPECT_FALSE(flat.kurtosis || flat.baseline_ratio || flat.noise_ratio);
  EXPECT_FALSE(signal_quality(beats(10), 100).noise_ratio);
  EXPECT_FALSE(signal_quality(beats(1.5), rate_hz).baseline_ratio);
}

TEST(SignalQuality, DoesNotPunishFibrillation) {
  std::vector<float> samples(2500);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    samples[i] = static_cast<float>(std::sin(2 * std::numbers::pi * (4.6 + std::sin(1.3 * t)) * t) *
                                    (1 + 0.5 * std::sin(2 * t)));
  }
  EXPECT_EQ(signal_quality(samples, rate_hz).index, 1);
  EXPECT_LT(signal_quality(samples, rate_hz).kurtosis.value(), 3);
}

TEST(SignalQualityWindows, GiveTheFilesResultOnAStreamHoweverItIsCut) {
  const std::vector<float> samples = wave_with_gaps(20'000);
  SignalQualityWindows windows(rate_hz, 2500, 700);
  std::vector<SignalQuality> stream;
  in_random_pieces(samples, 5, [&](std::span<const float> in) { windows.push(in, stream); });
  ASSERT_EQ(stream.size(), 26u);
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const SignalQuality alone = signal_quality(std::span(samples).subspan(i * 700, 2500), rate_hz);
    EXPECT_EQ(stream[i].begin, static_cast<std::int64_t>(i * 700));
    EXPECT_EQ(stream[i].count, 2500);
    EXPECT_EQ(stream[i].index, alone.index);
    EXPECT_EQ(stream[i].worst, alone.worst);
    EXPECT_EQ(stream[i].kurtosis, alone.kurtosis);
    EXPECT_EQ(stream[i].baseline_ratio, alone.baseline_ratio);
    EXPECT_EQ(stream[i].noise_ratio, alone.noise_ratio);
    EXPECT_EQ(stream[i].missing_share, alone.missing_share);
  }
}

TEST(SignalQualityWindows, RefuseHopsThatSkipSamples) {
  EXPECT_THAT(message_of([] { SignalQualityWindows(250, 100, 101); }), HasSubstr("no such windows"));
  EXPECT_THAT(message_of([] { signal_quality({}, 250); }), HasSubstr("no samples"));
}

}  // namespace
}  // namespace galen
