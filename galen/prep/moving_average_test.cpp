#include "galen/prep/moving_average.h"

#include <gmock/gmock.h>

#include <complex>
#include <numbers>

#include "galen/base/message_test.h"
#include "galen/prep/signal_test.h"

namespace galen {
namespace {

using testing::HasSubstr;

// The mean around sample i, by definition.
double mean_around(std::span<const float> samples, std::size_t i, int window) {
  double sum = 0;
  int n = 0;
  for (std::ptrdiff_t k = -window / 2; k <= window / 2; ++k) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(i) + k;
    if (at < 0 || at >= std::ssize(samples) || std::isnan(samples[static_cast<std::size_t>(at)])) continue;
    sum += static_cast<double>(samples[static_cast<std::size_t>(at)]);
    ++n;
  }
  return sum / n;
}

TEST(MovingAverage, IsTheMeanAroundEachSampleThatIsThere) {
  const std::vector<float> samples = wave_with_gaps(400);
  for (const int window : {1, 3, 7, 51, 399, 1001}) {
    const std::vector<float> averages = filtered(MovingAverage(window), samples);
    ASSERT_EQ(averages.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      ASSERT_EQ(std::isnan(averages[i]), std::isnan(samples[i])) << i;
      if (!std::isnan(samples[i])) {
        ASSERT_NEAR(averages[i], mean_around(samples, i, window), 1e-6) << window << " at " << i;
      }
    }
  }
}

TEST(MovingAverage, ForgetsAHugeSampleThatHasLeft) {
  std::vector<float> samples = wave(600);
  samples[100] = 3e38f;
  const std::vector<float> averages = filtered(MovingAverage(31), samples);
  for (std::size_t i = 116; i < samples.size(); ++i)
    ASSERT_NEAR(averages[i], mean_around(std::span(samples).subspan(101), i - 101, 31), 1e-6) << i;
}

TEST(MovingAverage, DoesNotDrift) {
  MovingAverage average(15);
  Random random(2, 0, 0, "drift");
  std::vector<float> in(4096), out(4096);
  for (int block = 0; block < 500; ++block) {  // two million samples of very different magnitudes
    for (float& v : in) v = static_cast<float>(std::exp(random.uniform(-20, 20)));
    average.process(in, out);
  }
  std::fill(in.begin(), in.end(), 0.1f);
  average.process(in, out);
  EXPECT_EQ(out.back(), 0.1f);
}

TEST(BandByAverages, IsShortLessLongAverages) {
  const std::vector<float> samples = wave(900);
  const std::vector<float> band = filtered(BandByAverages({5, 2}, {101, 2}), samples);
  const std::vector<float> high = filtered(MovingAverage(5), filtered(MovingAverage(5), samples));
  const std::vector<float> low = filtered(MovingAverage(101), filtered(MovingAverage(101), samples));
  for (std::size_t i = 0; i < samples.size(); ++i) ASSERT_EQ(band[i], high[i] - low[i]) << i;
}

TEST(BandByAverages, HasNoGainAtZeroHertzAndNoPhase) {
  BandByAverages band(averages_for(40, 250, 3), averages_for(0.5, 250, 2));
  std::vector<float> offset(5000, 3.25f), impulse(5000, 0.0f);
  impulse[2500] = 1;
  for (const float v : filtered(band, offset)) ASSERT_EQ(v, 0.0f);
  const std::vector<float> answer = filtered(band, impulse);
  for (std::size_t k = 1; k < 1000; ++k) ASSERT_NEAR(answer[2500 - k], answer[2500 + k], 1e-7f);
  EXPECT_GT(answer[2500], 0.1f);
}

// The gain of a filter at a frequency, from its impulse response.
template <StreamFilter Filter>
double gain(const Filter& filter, double frequency_hz, double rate_hz) {
  std::vector<float> impulse(8001, 0.0f);
  impulse[4000] = 1;
  const std::vector<float> answer = filtered(filter, impulse);
  std::complex<double> sum = 0;
  for (std::size_t i = 0; i < answer.size(); ++i)
    sum += std::polar(static_cast<double>(answer[i]),
                      -2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate_hz);
  return std::abs(sum);
}

TEST(AveragesFor, AreAt3DecibelsAtTheCutoff) {
  for (const double cutoff : {0.3, 0.7, 3.0}) {
    for (const int stages : {1, 2, 4})
      EXPECT_NEAR(gain(BandByAverages({}, averages_for(cutoff, 500, stages)), cutoff, 500), 1 - std::sqrt(0.5), 0.02);
  }
}

TEST(BandByAverages, GivesTheFilesResultOnAStreamHoweverItIsCut) {
  const std::vector<float> samples = wave_with_gaps(20'000);
  for (BandByAverages filter :
       {BandByAverages({5, 2}, {333, 3}), BandByAverages({}, {9, 1}), BandByAverages({3, 1}, {3, 1})}) {
    const std::vector<float> file = filtered(filter, samples);
    std::vector<float> stream, single;
    in_random_pieces(samples, 3, [&](std::span<const float> in) {
      std::vector<float> out(in.size());
      filter.process(in, out);
      stream.insert(stream.end(), out.begin(), out.end());
    });
    const std::size_t delay = static_cast<std::size_t>(filter.delay());
    expect_same(std::span(stream).subspan(delay), std::span(file).first(samples.size() - delay));
    for (const float v : std::span(stream).first(delay)) ASSERT_TRUE(std::isnan(v));
    filter.reset();
    for (const float v : samples) single.push_back(filter.step(v));
    expect_same(single, stream);
  }
}

TEST(MovingAverage, RefusesEvenWindowsAndUnequalLengths) {
  EXPECT_THAT(message_of([] { MovingAverage(4); }), HasSubstr("the window 4 is not odd"));
  EXPECT_THAT(message_of([] { BandByAverages({101, 1}, {5, 1}); }), HasSubstr("reach further"));
  EXPECT_THAT(message_of([] { averages_for(80, 250, 2); }), HasSubstr("cutoff does not fit the sampling rate"));
  std::vector<float> out(3);
  EXPECT_THAT(message_of([&] { MovingAverage(3).process(std::vector<float>(2), out); }), HasSubstr("differ in length"));
}

}  // namespace
}  // namespace galen
