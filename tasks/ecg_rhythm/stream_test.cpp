// The same beats live and on a file, however the stream is cut; no crash and plain errors for signals that are no ECG.
#include "tasks/ecg_rhythm/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "galen/base/threads.h"
#include "galen/data/memory_source.h"
#include "galen/engine/openvino/openvino.h"
#include "tasks/ecg_rhythm/network.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/reading.h"
#include "tasks/ecg_rhythm/session.h"

namespace galen::ecg {
namespace {

using ::testing::HasSubstr;

// Untrained weights: the output is arbitrary, but depends on the whole input.
class Stream : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    engine_ = openvino_engine();
    const std::vector<Graph> graphs = {extract(training_graph(plan_, 1), {"logits"})};
    PredictOptions options;
    options.precision = Precision::f32;
    options.threads = 1;
    for_files_ = networks_for_files(plan_, graphs, *engine_, options);
    for_streams_ = networks_for_streams(plan_, graphs, *engine_, options);
  }
  static void TearDownTestSuite() { for_files_.reset(), for_streams_.reset(), engine_.reset(); }

  struct Outcome {
    std::vector<NamedBeat> beats;
    std::vector<Episode> episodes;
    std::int64_t rejected = 0;
    double missing_seconds = 0;
  };
  // Pushes the signal in pieces of at most `most` samples.
  static Outcome run(const Signal& signal, bool live, std::int64_t most, const Settings& settings = {}) {
    EcgStream stream(live ? for_streams_ : for_files_, settings, signal.rate_hz, signal.channels.size());
    Random random(7, 0, 0, "pieces");
    News news;
    for (std::int64_t begin = 0; begin < signal.length;) {
      const auto piece = 1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most)));
      const std::int64_t count = std::min(piece, signal.length - begin);
      std::vector<std::vector<float>> samples;
      for (std::size_t c = 0; c < signal.channels.size(); ++c) samples.push_back(signal.source->read(c, begin, count));
      stream.push(samples, news);
      begin += count;
    }
    stream.finish(news);
    return {news.beats, stream.episodes(), stream.rejected(), stream.missing_seconds()};
  }
  static void expect_equal(const Outcome& a, const Outcome& b) {
    ASSERT_EQ(a.beats.size(), b.beats.size());
    for (std::size_t i = 0; i < a.beats.size(); ++i) {
      EXPECT_EQ(a.beats[i].sample, b.beats[i].sample);
      EXPECT_EQ(a.beats[i].beat, b.beats[i].beat);
      EXPECT_EQ(a.beats[i].interval_seconds, b.beats[i].interval_seconds);
      for (std::size_t k = 0; k < beat_classes; ++k) EXPECT_NEAR(a.beats[i].logits[k], b.beats[i].logits[k], 1e-3);
    }
    EXPECT_EQ(a.rejected, b.rejected);
    ASSERT_EQ(a.episodes.size(), b.episodes.size());
    for (std::size_t i = 0; i < a.episodes.size(); ++i) {
      EXPECT_EQ(a.episodes[i].code, b.episodes[i].code);
      EXPECT_EQ(a.episodes[i].begin_seconds, b.episodes[i].begin_seconds);
      EXPECT_EQ(a.episodes[i].end_seconds, b.episodes[i].end_seconds);
    }
  }
  static Signal of(std::vector<float> samples, double rate_hz = 250) {
    return held_signal({{"II", "mV", 1}}, rate_hz, {std::move(samples)});
  }

  static inline const BeatPlan plan_;
  static inline std::unique_ptr<Engine> engine_;
  static inline std::shared_ptr<const BeatNetworks> for_files_, for_streams_;
};

constexpr std::string_view mixed =
    "NNNNNNNNVNNNNNSNNNVVVVNNNNNNNVNVNVNVNNNN-NNNNNNNNNN--NNNNNNSNNNNNNNNNVNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN";

TEST_F(Stream, TheBeatsFoundLiveAreThoseFoundOnTheFile) {
  for (const double rate_hz : {125.0, 360.0, 1000.0}) {
    const Signal signal = phantom(mixed, {.rate_hz = rate_hz}).signal;
    const Outcome file = run(signal, false, 1 << 20), live = run(signal, true, 40);
    EXPECT_GT(file.beats.size() + static_cast<std::size_t>(file.rejected), 90u) << rate_hz;
    expect_equal(file, live);
  }
}

TEST_F(Stream, AdaptationIsTheSameLiveAndChangesOnlyWhatItIsAskedTo) {
  const Signal signal = phantom(mixed).signal;
  const Settings adapting{.rules = {}, .adapt = true};
  const Outcome file = run(signal, false, 1 << 20, adapting);
  expect_equal(file, run(signal, true, 40, adapting));
  const Outcome without = run(signal, false, 1 << 20);
  bool moved = false;
  for (const NamedBeat& beat : without.beats) {
    EXPECT_FALSE(beat.adapted);
    for (const NamedBeat& other : file.beats) {
      if (other.sample == beat.sample) moved = moved || std::abs(other.logits[2] - beat.logits[2]) > 1e-4f;
    }
  }
  EXPECT_TRUE(moved);
}

TEST_F(Stream, HowTheStreamIsCutDoesNotMatter) {
  const Signal signal = phantom(mixed, {.rate_hz = 250, .leads = 1}).signal;
  const Outcome whole = run(signal, true, 1 << 20);
  for (const std::int64_t most : {std::int64_t{1}, std::int64_t{7}, std::int64_t{1000}}) {
    expect_equal(whole, run(signal, true, most));
  }
}

TEST_F(Stream, StreamsThatShareTheNetworksDoNotDisturbEachOther) {
  const std::vector<double> rates = {125, 200, 250, 360, 500, 1000};
  std::vector<Outcome> alone, together(rates.size());
  std::vector<Signal> signals;
  for (const double rate_hz : rates) {
    signals.push_back(phantom(mixed, {.rate_hz = rate_hz}).signal);
    alone.push_back(run(signals.back(), true, 40));
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < rates.size(); ++i) {
      threads.emplace_back([&, i] { together[i] = run(signals[i], true, 40); });
    }
  }
  for (std::size_t i = 0; i < rates.size(); ++i) expect_equal(alone[i], together[i]);
}

TEST_F(Stream, CandidatesAreTheMadeBeats) {
  const Phantom made = phantom(mixed);
  const Outcome found = run(made.signal, false, 1 << 20);
  std::vector<std::int64_t> places;
  for (const NamedBeat& beat : found.beats) places.push_back(beat.sample);
  if (found.rejected == 0) {
    const auto partners = matched(made.beats, places, 0.05 * 360);
    EXPECT_EQ(std::ranges::count(partners, -1), 0);
  }
  EXPECT_GE(static_cast<std::int64_t>(places.size()) + found.rejected, std::ssize(made.beats));
}

TEST_F(Stream, MissingSamplesAreAGapInWhichNothingIsSaid) {
  Phantom made = phantom("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN", {.rate_hz = 250});
  std::vector<std::vector<float>> samples;
  for (std::size_t c = 0; c < 2; ++c) samples.push_back(made.signal.source->read(c, 0, made.signal.length));
  for (auto& lead : samples) std::fill(lead.begin() + 2500, lead.begin() + 4500, std::nanf(""));
  const Signal gapped = held_signal(made.signal.channels, 250, samples);
  const Outcome found = run(gapped, true, 100);
  EXPECT_NEAR(found.missing_seconds, 8, 1e-9);
  for (const Episode& episode : found.episodes) EXPECT_NE(episode.code, "asystole");
  for (const NamedBeat& beat : found.beats) {
    EXPECT_TRUE(beat.sample < 2500 || beat.sample >= 4500) << beat.sample;
    EXPECT_LT(beat.interval_seconds, 3);
  }
}

TEST_F(Stream, BeatsWhileFlutterIsDecidedAreWaves) {
  const std::string sinus(40, 'N');
  const Phantom made = phantom(sinus + std::string(60, '~') + sinus, {.rate_hz = 250});
  const Outcome found = run(made.signal, true, 50);
  const auto flutter = std::ranges::find(found.episodes, VentricularFibrillation::code, &Episode::code);
  ASSERT_NE(flutter, found.episodes.end());
  int waves = 0;
  for (const NamedBeat& beat : found.beats) {
    const double at = static_cast<double>(beat.sample) / 250;
    waves += beat.wave;
    EXPECT_FALSE(beat.wave && (at < flutter->begin_seconds + 4 || at > flutter->end_seconds + 6)) << at;
    EXPECT_TRUE(beat.wave || at < flutter->begin_seconds + 6 || at > flutter->end_seconds) << at;
  }
  EXPECT_GT(waves, 0);
}

// It is decided by two looks of four seconds, a second apart.
TEST_F(Stream, FlutterIsFoundInARecordingThatEndsOnceItCanBeDecided) {
  const Signal signal = phantom(std::string(20, 'N') + std::string(20, '~'), {.rate_hz = 250}).signal;
  const auto flutter_of = [](const Outcome& outcome) {
    std::vector<std::pair<double, double>> out;
    for (const Episode& episode : outcome.episodes) {
      if (episode.code == VentricularFibrillation::code) out.emplace_back(episode.begin_seconds, episode.end_seconds);
    }
    return out;
  };
  const auto whole = flutter_of(run(signal, true, 50));
  ASSERT_EQ(whole.size(), 1u);
  const double begin = whole[0].first;
  for (const double seconds : {4.7, 5.0, 5.3, 5.6}) {
    Signal cut = signal;
    cut.length = std::llround((begin + seconds) * 250);
    const Outcome file = run(cut, false, 1 << 20);
    expect_equal(file, run(cut, true, 50));
    const auto found = flutter_of(file);
    EXPECT_EQ(found.size(), seconds < 5 ? 0u : 1u) << seconds;
    for (const auto& episode : found) EXPECT_EQ(episode, std::pair(begin, cut.seconds()));
  }
}

TEST_F(Stream, SignalsThatAreNoEcgGiveFewOrNoBeatsAndNoCrash) {
  const std::size_t length = 250 * 60;
  Random random(3, 0, 0, "noise");
  std::vector<float> flat(length, 0.3f), saturated(length), missing(length, std::nanf("")), huge(length), one(length);
  for (std::size_t i = 0; i < length; ++i) {
    saturated[i] = i / 500 % 2 == 0 ? 5.f : -5.f;
    huge[i] = static_cast<float>(1e30 * random.normal());
    const double x = (static_cast<double>(i) - 7500) / 3;
    one[i] = static_cast<float>(std::exp(-x * x / 2));
  }
  EXPECT_TRUE(run(of(flat), true, 97).beats.empty());
  EXPECT_TRUE(run(of(missing), true, 97).beats.empty());
  run(of(saturated), true, 97);
  for (const NamedBeat& beat : run(of(huge), true, 97).beats) {
    for (const float logit : beat.logits) EXPECT_TRUE(std::isfinite(logit));
  }
  const Outcome alone = run(of(one), true, 97);
  EXPECT_EQ(static_cast<std::int64_t>(alone.beats.size()) + alone.rejected, 1);
  EXPECT_TRUE(run(of({}), true, 97).beats.empty());
  EXPECT_TRUE(run(of({1, 2, 3}), true, 97).beats.empty());
}

TEST_F(Stream, ASignalWithoutAnyBeatIsAsystoleAndNoSignalIsNothing) {
  const std::size_t length = 250 * 60;
  const Outcome flat = run(of(std::vector<float>(length, 0.3f)), true, 97);
  const auto asystole = std::ranges::find(flat.episodes, "asystole", &Episode::code);
  ASSERT_NE(asystole, flat.episodes.end());
  EXPECT_EQ(asystole->begin_seconds, 0);
  EXPECT_EQ(asystole->end_seconds, 60);
  const Outcome missing = run(of(std::vector<float>(length, std::nanf(""))), true, 97);
  EXPECT_TRUE(missing.episodes.empty());
  EXPECT_EQ(missing.missing_seconds, 60);
}

TEST_F(Stream, AsystoleFromTheBeginningIsToldWhileItLasts) {
  EcgSession session(for_streams_, Settings{}, 250, {{"II", "mV", 1}});
  const std::vector<std::vector<float>> flat = {std::vector<float>(250, 0.3f)};
  double told = INFINITY;
  for (int second = 0; second < 10; ++second) {
    for (const Event& event : session.push(flat)) {
      if (event.code == "asystole") told = std::min(told, event.known_seconds);
    }
  }
  EXPECT_GE(told, 4);
  EXPECT_LE(told, 6);
}

TEST_F(Stream, SessionsRefuseWhatTheyCannotAssess) {
  const auto session = [&](double rate_hz, std::vector<Channel> channels) {
    return std::make_unique<EcgSession>(for_streams_, Settings{}, rate_hz, channels);
  };
  EXPECT_THAT(message_of([&] { session(10, {{"II", "mV", 1}}); }), HasSubstr("10 samples a second"));
  EXPECT_THAT(message_of([&] { session(std::nan(""), {{"II", "mV", 1}}); }), HasSubstr("samples a second"));
  EXPECT_THAT(message_of([&] { session(250, {{"PLETH", "NU", 1}, {"ABP", "mmHg", 1}}); }),
              HasSubstr("has no ECG lead"));
  const auto two = session(250, {{"II", "mV", 1}, {"V", "mV", 1}});
  const std::vector<std::vector<float>> uneven = {{1, 2}, {1}}, single = {{1, 2}};
  EXPECT_THAT(message_of([&] { two->push(uneven); }), HasSubstr("different lengths"));
  EXPECT_THAT(message_of([&] { two->push(single); }), HasSubstr("it began with 2"));
}

TEST_F(Stream, AGapOfASessionIsWhatMissingSamplesAreAndItsLengthTakesNoMemory) {
  const Phantom made = phantom("NNNNNNNNNNNNNNNNNNNNNNNN", {.rate_hz = 250});
  std::vector<Channel> channels = made.signal.channels;
  channels.resize(400, {"RESP", "", 1});
  std::vector<std::vector<float>> samples = read_leads(made.signal, {0, 1}, 0, made.signal.length);
  samples.resize(channels.size(), std::vector<float>(samples.front().size()));
  const std::vector<std::vector<float>> missing(channels.size(), std::vector<float>(2600, std::nanf("")));
  EcgSession sent(for_streams_, Settings{}, 250, channels), told(for_streams_, Settings{}, 250, channels);
  sent.push(samples);
  told.push(samples);
  const std::vector<Event> one = sent.push(missing), other = told.gap(10.4);
  ASSERT_EQ(one.size(), other.size());
  ASSERT_FALSE(one.empty());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].code, other[i].code);
    EXPECT_EQ(one[i].at_seconds, other[i].at_seconds);
    EXPECT_EQ(one[i].known_seconds, other[i].known_seconds);
  }
  reset_peak_memory();
  const std::uint64_t before = peak_memory_bytes();
  told.gap(1000);  // as samples of all channels it would take 400 MB
  EXPECT_LT(peak_memory_bytes(), before + (100 << 20));
}

TEST_F(Stream, EventsOfASessionComeInTimeAndSayWhenTheyWereKnown) {
  const Phantom made = phantom("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN--NNNNNN", {.rate_hz = 250});
  EcgSession session(for_streams_, Settings{}, 250, made.signal.channels);
  std::vector<Event> events;
  for (std::int64_t begin = 0; begin + 50 <= made.signal.length; begin += 50) {
    const std::vector<std::vector<float>> samples = {made.signal.source->read(0, begin, 50),
                                                     made.signal.source->read(1, begin, 50)};
    for (const Event& event : session.push(samples)) {
      events.push_back(event);
      EXPECT_NEAR(event.known_seconds, static_cast<double>(begin + 50) / 250, 1e-9);
      EXPECT_LT(event.known_seconds - event.at_seconds, 8) << event.code;
    }
  }
  Finding finding;
  session.finish(finding);
  EXPECT_FALSE(finding.statements.empty());
}

TEST_F(Stream, ASessionSaysAtItsEndThatItWasUnlikeTheProfile) {
  const auto said = [&](const std::shared_ptr<const ReferenceProfile>& profile, double noise_mv) {
    const Signal signal = phantom(std::string(80, 'N'), {.rate_hz = 250, .noise_mv = noise_mv}).signal;
    EcgSession session(for_streams_, Settings{}, 250, signal.channels, profile);
    session.push(read_leads(signal, {0, 1}, 0, signal.length));
    Finding finding;
    session.finish(finding);
    return std::ranges::count(finding.warnings, "unlike_training", &Warning::kind);
  };
  std::vector<ReferenceCase> cases;
  for (std::uint64_t number = 1; number <= 20; ++number) {
    const PhantomOptions options{
        .rate_hz = 250, .per_minute = 60 + 2 * static_cast<double>(number), .noise_mv = 0.02, .seed = number};
    RecordingStatistics statistics(plan_);
    for (const BeatToken& token : read_beats(plan_, {phantom(std::string(80, 'N'), options).signal, {0, 1}, {}})) {
      statistics.add(token);
    }
    cases.push_back({std::to_string(number), statistics.values(), {}});
  }
  const auto profile = std::make_shared<const ReferenceProfile>(fit_reference(RecordingStatistics::names(), cases));
  EXPECT_EQ(said(profile, 0.02), 0);
  EXPECT_EQ(said(profile, 0.4), 1);
  EXPECT_EQ(said({}, 0.4), 0);
}

}  // namespace
}  // namespace galen::ecg
