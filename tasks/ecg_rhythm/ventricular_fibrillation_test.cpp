#include "tasks/ecg_rhythm/ventricular_fibrillation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/random.h"
#include "galen/data/memory_source.h"
#include "tasks/ecg_rhythm/phantom.h"

namespace galen::ecg {
namespace {

using Samples = std::vector<std::vector<float>>;

struct Outcome {
  std::vector<VentricularFibrillation::Decision> decisions;
  std::vector<Episode> episodes;
};

Outcome run(const Samples& samples, double rate_hz, std::size_t piece = 997) {
  CleanSignal clean({}, rate_hz, samples.size());
  VentricularFibrillation watch({}, rate_hz, samples.size());
  Outcome out;
  for (std::size_t begin = 0; begin < samples.front().size(); begin += piece) {
    const std::size_t count = std::min(piece, samples.front().size() - begin);
    Samples part;
    for (const auto& lead : samples)
      part.emplace_back(lead.begin() + static_cast<std::ptrdiff_t>(begin),
                        lead.begin() + static_cast<std::ptrdiff_t>(begin + count));
    clean.push(part);
    watch.push(clean, out.decisions);
  }
  clean.finish();
  watch.push(clean, out.decisions);
  watch.finish(static_cast<double>(samples.front().size()) / rate_hz, out.decisions);
  out.episodes = watch.take_episodes();
  return out;
}

Samples samples_of(const Signal& signal) {
  Samples out;
  for (std::size_t lead = 0; lead < signal.channels.size(); ++lead) {
    out.push_back(signal.source->read(lead, 0, signal.length));
  }
  return out;
}

// The flutter is from 10.8 s to 25.8 s.
const std::string sinus_and_flutter = std::string(12, 'N') + std::string(15, '~') + std::string(20, 'N');

TEST(VentricularFibrillation, EpisodesDoNotOverlap) {
  const Samples flutter = samples_of(phantom(std::string(40, '~')).signal);
  std::size_t most = 0;
  for (int tenths = 15; tenths < 60; ++tenths) {
    Samples broken = flutter;
    for (auto& lead : broken) std::fill_n(lead.begin() + std::ptrdiff_t{15} * 360, tenths * 36, 0.f);
    const Outcome outcome = run(broken, 360);
    for (std::size_t i = 1; i < outcome.episodes.size(); ++i) {
      EXPECT_GE(outcome.episodes[i].begin_seconds, outcome.episodes[i - 1].end_seconds) << tenths;
    }
    most = std::max(most, outcome.episodes.size());
  }
  EXPECT_GE(most, 2u);
}

TEST(VentricularFibrillation, FlutterIsDecidedWithinTenSecondsAndIsOverWithIt) {
  for (const double rate_hz : {100.0, 250.0, 360.0, 1000.0}) {
    const Phantom made = phantom(sinus_and_flutter, {.rate_hz = rate_hz});
    const double onset = static_cast<double>(made.beats[11].sample) / rate_hz;
    const Outcome outcome = run(samples_of(made.signal), rate_hz);
    ASSERT_EQ(outcome.decisions.size(), 2u) << rate_hz;
    EXPECT_TRUE(outcome.decisions[0].change.begins);
    EXPECT_LE(outcome.decisions[0].decided_seconds - onset, 10) << rate_hz;
    EXPECT_FALSE(outcome.decisions[1].change.begins);
    ASSERT_EQ(outcome.episodes.size(), 1u);
    EXPECT_EQ(outcome.episodes[0].code, "vf");
    EXPECT_NEAR(outcome.episodes[0].begin_seconds, onset, 3) << rate_hz;
    EXPECT_NEAR(outcome.episodes[0].end_seconds, onset + 15, 3) << rate_hz;
    EXPECT_NEAR(outcome.episodes[0].rate_per_minute, 216, 15) << rate_hz;
  }
}

TEST(VentricularFibrillation, BeatsPausesAndNoiseAreNone) {
  const std::string rhythms = std::string(20, 'N') + std::string(20, 'V') + "NSNVNSNV-----" + std::string(20, 'N');
  EXPECT_TRUE(run(samples_of(phantom(rhythms, {.per_minute = 120}).signal), 360).decisions.empty());
  Random random(3, 0, 0, "noise");
  Samples noise(2, std::vector<float>(360 * 60));
  for (auto& lead : noise) {
    for (float& sample : lead) sample = static_cast<float>(random.normal());
  }
  EXPECT_TRUE(run(noise, 360).decisions.empty());
  const Samples flat(2, std::vector<float>(360 * 60, 0.3f)), missing(2, std::vector<float>(360 * 60, std::nanf("")));
  EXPECT_TRUE(run(flat, 360).decisions.empty());
  EXPECT_TRUE(run(missing, 360).decisions.empty());
}

TEST(VentricularFibrillation, ALeadWithBeatsSaysThatItIsNone) {
  Samples flutter = samples_of(phantom(std::string(40, '~')).signal);
  ASSERT_FALSE(run(flutter, 360).decisions.empty());
  const Samples beats = samples_of(phantom(std::string(60, 'N')).signal);
  flutter[1].assign(beats[1].begin(), beats[1].begin() + std::ssize(flutter[0]));
  EXPECT_TRUE(run(flutter, 360).decisions.empty());
}

TEST(VentricularFibrillation, ALeadThatIsOffIsNotAsked) {
  Samples flutter = samples_of(phantom(std::string(40, '~')).signal);
  for (const float value : {0.f, std::nanf("")}) {
    std::ranges::fill(flutter[1], value);
    EXPECT_EQ(run(flutter, 360).episodes.size(), 1u);
  }
}

TEST(VentricularFibrillation, HowTheStreamIsCutDoesNotMatter) {
  const Samples samples = samples_of(phantom(sinus_and_flutter).signal);
  const Outcome whole = run(samples, 360, samples.front().size());
  ASSERT_EQ(whole.decisions.size(), 2u);
  for (const std::size_t piece : {1u, 7u, 90u, 5000u}) {
    const Outcome cut = run(samples, 360, piece);
    ASSERT_EQ(cut.decisions.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(cut.decisions[i].decided_seconds, whole.decisions[i].decided_seconds);
      EXPECT_EQ(cut.decisions[i].change.at_seconds, whole.decisions[i].change.at_seconds);
      EXPECT_EQ(cut.decisions[i].change.value, whole.decisions[i].change.value);
    }
  }
}

TEST(VentricularFibrillation, ARecordingThatEndsInItSaysSo) {
  const Phantom made = phantom(std::string(10, 'N') + std::string(20, '~'));
  const Outcome outcome = run(samples_of(made.signal), 360);
  ASSERT_EQ(outcome.episodes.size(), 1u);
  EXPECT_NEAR(outcome.decisions.back().decided_seconds, made.signal.seconds(), 1e-9);
  Samples cut = samples_of(made.signal);  // without the two seconds of noise after it
  for (auto& lead : cut) lead.resize(lead.size() - std::size_t{2} * 360);
  const Outcome to_the_end = run(cut, 360);
  ASSERT_EQ(to_the_end.episodes.size(), 1u);
  EXPECT_NEAR(to_the_end.episodes[0].end_seconds, static_cast<double>(cut.front().size()) / 360, 1e-9);
}

TEST(VentricularFibrillation, SamplesThatAreMissingHereAndThereDoNotMatter) {
  Samples flutter = samples_of(phantom(std::string(40, '~')).signal);
  const std::size_t whole = run(flutter, 360).episodes.size();
  ASSERT_EQ(whole, 1u);
  for (std::size_t i = 0; i < flutter[0].size(); i += 36) flutter[0][i] = std::nanf("");
  EXPECT_EQ(run(flutter, 360).episodes.size(), whole);
}

}  // namespace
}  // namespace galen::ecg
