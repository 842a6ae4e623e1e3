#include "galen/prep/qrs_detector.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/random.h"

namespace galen {
namespace {

constexpr double rate_hz = 250;

// R waves of these heights every 0.8 s, in noise; then `noise_seconds` of noise alone.
std::vector<float> ecg(const std::vector<double>& heights_mv, double noise_mv, double noise_seconds = 0) {
  Random random(1, 0, 0, "noise");
  const double beats_seconds = 0.8 * static_cast<double>(heights_mv.size());
  std::vector<float> out(static_cast<std::size_t>((beats_seconds + noise_seconds) * rate_hz));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz, beat = std::floor(t / 0.8), x = (t - 0.8 * beat - 0.4) / 0.011;
    const double height = t < beats_seconds ? heights_mv[static_cast<std::size_t>(beat)] : 0;
    out[i] = static_cast<float>(height * std::exp(-x * x / 2) + noise_mv * random.normal());
  }
  return out;
}

std::vector<Candidate> candidates_of(const std::vector<float>& samples) {
  QrsDetector detector(rate_hz, 1);
  std::vector<Candidate> out;
  const std::vector<std::vector<float>> leads = {samples};
  detector.push(leads, out);
  detector.finish(out);
  return out;
}

double last_seconds(const std::vector<Candidate>& candidates) {
  return static_cast<double>(candidates.back().sample) / rate_hz;
}

TEST(QrsDetector, NoiseInAnAsystoleDoesNotBecomeBeats) {
  const std::vector<Candidate> found = candidates_of(ecg(std::vector<double>(50, 1), 0.004, 60));
  EXPECT_EQ(found.size(), 50u);
  EXPECT_LT(last_seconds(found), 40);
}

// A caller that keeps the signal from decided() on holds no more than some seconds of it.
TEST(QrsDetector, WithoutASignalItIsDecidedThatThereIsNothing) {
  for (const float value : {0.3f, std::nanf("")}) {
    for (const bool artefact : {false, true}) {
      QrsDetector detector(rate_hz, 1);
      std::vector<Candidate> out;
      for (int second = 0; second < 120; ++second) {
        std::vector<std::vector<float>> samples = {std::vector<float>(250, value)};
        if (artefact && second == 2) samples.front()[100] = 5;
        detector.push(samples, out);
        const auto decided_seconds = static_cast<double>(detector.decided()) / rate_hz;
        EXPECT_LE(decided_seconds, second + 1);
        EXPECT_GE(decided_seconds, second - 32) << "at " << second << " s of " << value;
      }
    }
  }
}

TEST(QrsDetector, SmallComplexesAreStillFound) {
  std::vector<double> sudden(50, 1), gradual(50, 2);
  sudden.resize(150, 0.05);
  for (int i = 0; i < 1000; ++i) gradual.push_back(2 * std::pow(0.995, i));  // down to 1/150
  EXPECT_GE(candidates_of(ecg(sudden, 0.0005)).size(), 145u);
  EXPECT_GE(candidates_of(ecg(gradual, 0.0005)).size(), 1048u);
}

}  // namespace
}  // namespace galen
