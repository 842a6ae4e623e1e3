#include "galen/prep/filter.h"

#include <gmock/gmock.h>

#include <complex>
#include <numbers>

#include "galen/base/message_test.h"
#include "galen/prep/signal_test.h"

namespace galen {
namespace {

#include "galen/prep/signal_reference_values.inc"

using testing::HasSubstr;

constexpr double rate_hz = 250;

struct Design {
  const char* name;
  Sections sections;
  std::span<const double> response, zero_phase, causal;
};

std::vector<Design> designs() {
  return {
      {"lowpass", butterworth_lowpass(4, 40, rate_hz), lowpass_response, lowpass_zero_phase, lowpass_causal},
      {"highpass", butterworth_highpass(5, 0.5, rate_hz), highpass_response, highpass_zero_phase, highpass_causal},
      {"bandpass", butterworth_bandpass(3, 0.5, 40, rate_hz), bandpass_response, bandpass_zero_phase, bandpass_causal},
      {"notch", notch(50, 30, rate_hz), notch_response, notch_zero_phase, notch_causal}};
}

std::complex<double> response(const Sections& sections, double frequency_hz) {
  const std::complex<double> z = std::polar(1.0, -2 * std::numbers::pi * frequency_hz / rate_hz);
  std::complex<double> all = 1;
  for (const Section& s : sections) all *= (s.b0 + z * (s.b1 + z * s.b2)) / (1.0 + z * (s.a1 + z * s.a2));
  return all;
}

TEST(Filter, RespondsAsScipys) {
  constexpr double frequencies[] = {0.05, 0.5, 3, 20, 40, 49, 50, 90, 120};
  for (const Design& d : designs()) {
    for (std::size_t i = 0; i < std::size(frequencies); ++i) {
      const std::complex<double> wanted(d.response[2 * i], d.response[2 * i + 1]);
      EXPECT_LT(std::abs(response(d.sections, frequencies[i]) - wanted), 1e-8) << d.name << " " << frequencies[i];
    }
  }
}

TEST(Filter, IsAt3DecibelsAtItsEdges) {
  for (const int order : {1, 2, 5, 8}) {
    EXPECT_NEAR(std::norm(response(butterworth_lowpass(order, 17, rate_hz), 17)), 0.5, 1e-9);
    EXPECT_NEAR(std::norm(response(butterworth_highpass(order, 17, rate_hz), 17)), 0.5, 1e-9);
    EXPECT_NEAR(std::norm(response(butterworth_bandpass(order, 5, 17, rate_hz), 5)), 0.5, 1e-9);
    EXPECT_NEAR(std::norm(response(butterworth_bandpass(order, 5, 17, rate_hz), 17)), 0.5, 1e-9);
  }
}

TEST(ZeroPhase, EqualsScipysSosfiltfilt) {
  for (const Design& d : designs()) {
    SCOPED_TRACE(d.name);
    expect_near(zero_phase(d.sections, wave(200)), d.zero_phase, 5e-7);
  }
}

TEST(ZeroPhase, TreatsStretchesBetweenGapsAlone) {
  std::vector<float> samples = wave(300);
  samples[120] = nan_sample;
  samples[299] = std::numeric_limits<float>::infinity();
  const Sections sections = butterworth_bandpass(2, 1, 30, rate_hz);
  const std::vector<float> all = zero_phase(sections, samples);
  const std::span<const float> view(all), in(samples);
  expect_same(view.first(120), zero_phase(sections, in.first(120)));
  expect_same(view.subspan(121, 178), zero_phase(sections, in.subspan(121, 178)));
  EXPECT_TRUE(std::isnan(all[120]) && std::isnan(all[299]));
}

TEST(ZeroPhase, TakesSignalsShorterThanItsPadding) {
  const Sections sections = butterworth_lowpass(4, 40, rate_hz);
  EXPECT_TRUE(zero_phase(sections, {}).empty());
  EXPECT_NEAR(zero_phase(sections, std::vector<float>{2.5f}).at(0), 2.5f, 1e-6f);
  for (const float v : zero_phase(sections, std::vector<float>(7, 1.5f))) EXPECT_NEAR(v, 1.5f, 1e-6f);
}

TEST(CausalFilter, EqualsScipysSosfiltFromRest) {
  for (const Design& d : designs()) {
    SCOPED_TRACE(d.name);
    std::vector<float> out(200);
    CausalFilter(d.sections).process(wave(200), out);
    expect_near(out, d.causal, 5e-7);
  }
}

TEST(CausalFilter, GivesTheSameHoweverTheStreamIsCut) {
  const std::vector<float> samples = wave_with_gaps(20'000);
  std::vector<float> whole(samples.size()), pieces;
  CausalFilter filter(butterworth_bandpass(2, 0.5, 40, rate_hz));
  filter.process(samples, whole);
  filter.reset();
  in_random_pieces(samples, 1, [&](std::span<const float> in) {
    std::vector<float> out(in.size());
    filter.process(in, out);
    pieces.insert(pieces.end(), out.begin(), out.end());
  });
  expect_same(pieces, whole);
}

TEST(CausalFilter, BeginsAnewBehindAGap) {
  const std::vector<float> samples = wave(400);
  std::vector<float> gapped = samples, out(400), alone(200);
  gapped[199] = nan_sample;
  CausalFilter filter(butterworth_highpass(2, 0.5, rate_hz));
  filter.process(gapped, out);
  EXPECT_TRUE(std::isnan(out[199]));
  filter.reset();
  filter.process(std::span(samples).subspan(200), alone);
  expect_same(std::span(out).subspan(200), alone);
  EXPECT_NEAR(out[200], 0, 1e-6f);
}

TEST(Filter, RefusesWhatTheRateCannotHold) {
  EXPECT_THAT(message_of([] { butterworth_lowpass(4, 125, 250); }),
              HasSubstr("frequencies do not fit the sampling rate (125 Hz at 250 samples a second)"));
  EXPECT_THAT(message_of([] { butterworth_bandpass(4, 40, 0.5, 250); }), HasSubstr("40 to 0.5 Hz"));
  EXPECT_THAT(message_of([] { butterworth_bandpass(4, 40, 40, 250); }), HasSubstr("band is empty"));
  EXPECT_THAT(message_of([] { butterworth_highpass(0, 0.5, 250); }), HasSubstr("order is out of range"));
  EXPECT_THAT(message_of([] { notch(50, 30, 90); }), HasSubstr("frequencies do not fit"));
  EXPECT_THAT(message_of([] { notch(50, 0, 250); }), HasSubstr("quality of a notch is not positive"));
}

}  // namespace
}  // namespace galen
