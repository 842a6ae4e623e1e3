#include "tasks/ecg_rhythm/rhythm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "galen/base/message_test.h"
#include "galen/base/random.h"

namespace galen::ecg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Runs beats, given by letter, at even intervals; a digit is so many seconds without a beat.
struct Outcome {
  std::vector<RhythmTracker::Change> changes;
  std::vector<Episode> episodes;
  double end = 0;
};
Outcome run(std::string_view beats, double per_minute = 75, bool silences = false) {
  RhythmTracker tracker{RhythmRules{}};
  Outcome out;
  double at = 0;
  for (const char letter : beats) {
    at += letter >= '0' && letter <= '9' ? letter - '0' : 60 / per_minute;
    if (silences) {
      for (double t = at - 1; t < at; t += 0.05) tracker.silence(t, out.changes);
    }
    if (letter >= '0' && letter <= '9') continue;
    tracker.beat({at, class_of_code(std::string_view(&letter, 1))}, out.changes);
  }
  out.end = at;
  tracker.finish(at, out.changes);
  out.episodes = tracker.episodes();
  return out;
}
std::vector<std::string> codes(const Outcome& outcome) {
  std::vector<std::string> out;
  for (const Episode& episode : outcome.episodes) out.push_back(episode.code);
  return out;
}

TEST(Rhythm, ASteadySinusRhythmIsNothing) {
  EXPECT_THAT(codes(run("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN")), IsEmpty());
}

TEST(Rhythm, ThreeFastVentricularBeatsAreTachycardiaAndSlowOnesARun) {
  const Outcome fast = run("NNNNVVVVNNNN", 150);
  ASSERT_THAT(codes(fast), ::testing::Contains("vt"));
  const Episode vt = *std::ranges::find(fast.episodes, "vt", &Episode::code);
  EXPECT_EQ(vt.beats, 4);
  EXPECT_NEAR(vt.rate_per_minute, 150, 1);
  EXPECT_NEAR(vt.begin_seconds, 5 * 0.4, 1e-9);
  EXPECT_NEAR(vt.end_seconds, 8 * 0.4, 1e-9);
  EXPECT_THAT(codes(run("NNNNVVVVNNNN", 70)), ElementsAre("v_run"));
  EXPECT_THAT(codes(run("NNNNVVNNNNNN", 70)), IsEmpty());
}

TEST(Rhythm, FastRunsOfSupraventricularBeatsAreToldAndSlowOnesNot) {
  EXPECT_THAT(codes(run("NNNNSSSSNNNN", 130)), ::testing::Contains("svta"));
  EXPECT_THAT(codes(run("NNNNSSSSNNNN", 75)), IsEmpty());
}

TEST(Rhythm, ARunOfSupraventricularBeatsAboutTheLimitIsOneEpisode) {
  RhythmTracker tracker{RhythmRules{}};
  std::vector<RhythmTracker::Change> changes;
  double at = 0;
  for (int i = 0; i < 40; ++i) {
    const bool early = i >= 10 && i < 34;
    tracker.beat({at += early ? (i < 20 ? 0.57 : 0.63) : 0.8, early ? Beat::supraventricular : Beat::normal}, changes);
  }
  tracker.finish(at, changes);
  EXPECT_EQ(std::ranges::count(tracker.episodes(), "svta", &Episode::code), 1);
  EXPECT_EQ(std::ranges::find(tracker.episodes(), "svta", &Episode::code)->beats, 24);
}

TEST(Rhythm, InFibrillationRunsOfSupraventricularBeatsAreNotTold) {
  for (const bool even : {true, false}) {
    RhythmTracker tracker{RhythmRules{}};
    std::vector<RhythmTracker::Change> changes;
    Random random(5, 0, 0, "fibrillation");
    double at = 0;
    for (int i = 0; i < 90; ++i) {
      at += even ? 0.5 : random.uniform(0.3, 0.7);
      tracker.beat({at, i >= 80 && i < 84 ? Beat::supraventricular : Beat::normal}, changes);
    }
    tracker.finish(at, changes);
    const auto told = [&](const char* code) { return std::ranges::count(tracker.episodes(), code, &Episode::code); };
    EXPECT_EQ(told("afib"), even ? 0 : 1);
    EXPECT_EQ(told("svta"), even ? 1 : 0);
  }
}

TEST(Rhythm, ARunThatSpeedsUpIsTwoEpisodes) {
  RhythmTracker tracker{RhythmRules{}};
  std::vector<RhythmTracker::Change> changes;
  double at = 0;
  for (int i = 0; i < 24; ++i) tracker.beat({at += i < 8 ? 0.8 : 0.4, Beat::ventricular}, changes);
  tracker.finish(at, changes);
  ASSERT_EQ(tracker.episodes().size(), 3u);  // the other one is tachycardia
  EXPECT_EQ(tracker.episodes()[0].code, "v_run");
  EXPECT_LE(tracker.episodes()[0].end_seconds, tracker.episodes()[2].begin_seconds + 0.5);
}

// V at these intervals, then a normal beat.
Outcome ventricular(const std::vector<double>& intervals, const RhythmRules& rules = {}) {
  RhythmTracker tracker{rules};
  Outcome out;
  double at = 1;
  tracker.beat({at, Beat::ventricular}, out.changes);
  for (const double interval : intervals) tracker.beat({at += interval, Beat::ventricular}, out.changes);
  tracker.beat({at += 0.6, Beat::normal}, out.changes);
  tracker.finish(at, out.changes);
  std::ranges::copy_if(tracker.episodes(), std::back_inserter(out.episodes),
                       [](const Episode& e) { return e.code == "vt" || e.code == "v_run"; });
  return out;
}
std::vector<double> intervals(std::initializer_list<std::pair<int, double>> parts) {
  std::vector<double> out;
  for (const auto& [count, seconds] : parts) out.insert(out.end(), static_cast<std::size_t>(count), seconds);
  return out;
}

TEST(Rhythm, ARunAboutTheLimitIsOfFewPartsThatAreRunsThemselves) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    Random random(seed, 0, 0, "about the limit");
    std::vector<double> about(199);
    for (double& interval : about) interval = 60 / random.uniform(95, 105);
    const Outcome outcome = ventricular(about);
    EXPECT_LE(outcome.episodes.size(), 2u) << seed;
    int beats = 0;
    for (const Episode& episode : outcome.episodes) {
      EXPECT_GE(episode.beats, 3) << seed;
      beats += episode.beats;
    }
    EXPECT_EQ(beats, 200) << "each beat is of one part, " << seed;
  }
}

TEST(Rhythm, AChangeOfSpeedIsTwoPartsHoweverLongTheRunWas) {
  const Outcome outcome = ventricular(intervals({{400, 0.7}, {20, 0.4}, {20, 0.7}}));
  ASSERT_THAT(codes(outcome), ElementsAre("v_run", "vt", "v_run"));
  const Episode &first = outcome.episodes[0], &fast = outcome.episodes[1], &last = outcome.episodes[2];
  EXPECT_EQ(first.beats + fast.beats + last.beats, 441);
  EXPECT_NEAR(first.end_seconds, 1 + 400 * 0.7, 4 * 0.4);
  EXPECT_LT(first.end_seconds, fast.begin_seconds);
  EXPECT_LT(fast.end_seconds, last.begin_seconds);
  EXPECT_NEAR(last.rate_per_minute, 60 / 0.7, 1);
  RhythmRules rules;
  rules.run_beats = 64;
  EXPECT_THAT(codes(ventricular(intervals({{200, 0.7}, {200, 0.4}}), rules)), ElementsAre("v_run", "vt"));
}

TEST(Rhythm, ARunThatBecomesFastAfterFewBeatsWasATachycardiaFromItsBeginning) {
  const Outcome outcome = ventricular(intervals({{2, 0.62}, {4, 0.5}}));
  ASSERT_THAT(codes(outcome), ElementsAre("vt"));
  EXPECT_EQ(outcome.episodes[0].beats, 7);
  EXPECT_EQ(outcome.episodes[0].begin_seconds, 1);
  std::vector<std::string> told;
  for (const auto& change : outcome.changes) told.push_back(change.code + (change.begins ? " begins" : " is over"));
  EXPECT_THAT(told, ElementsAre("v_run begins", "v_run is over", "vt begins", "vt is over"));
  EXPECT_EQ(outcome.changes[1].at_seconds, 1) << "it did not last";
}

TEST(Rhythm, ATachycardiaThatHardlySlowsGoesOn) {
  EXPECT_THAT(codes(ventricular(intervals({{10, 60 / 104.0}, {20, 60 / 93.0}}))), ElementsAre("vt"));
  EXPECT_THAT(codes(ventricular(intervals({{10, 60 / 104.0}, {20, 60 / 80.0}}))), ElementsAre("vt", "v_run"));
  EXPECT_THAT(codes(ventricular(intervals({{2, 60 / 104.0}, {2, 60 / 80.0}}))), ElementsAre("vt"))
      << "five beats are not two runs";
}

TEST(Rhythm, BigeminyAndTrigeminyNeedThreeRepeats) {
  EXPECT_THAT(codes(run("NNNNNVNVNVNVNNNN")), ElementsAre("bigeminy"));
  EXPECT_THAT(codes(run("NNNNNVNVNNNN")), IsEmpty());
  EXPECT_THAT(codes(run("NNNNNVNNVNNVNNNN")), ElementsAre("trigeminy"));
}

TEST(Rhythm, AnIntervalIsAPauseFromTwoSecondsAndAsystoleFromFour) {
  const Outcome pause = run("NNNN2NNNN");
  ASSERT_THAT(codes(pause), ElementsAre("pause"));
  EXPECT_NEAR(pause.episodes[0].begin_seconds, 4 * 0.8, 1e-9);
  EXPECT_NEAR(pause.episodes[0].end_seconds - pause.episodes[0].begin_seconds, 2.8, 1e-9);
  EXPECT_THAT(codes(run("NNNN5NNNN")), ::testing::UnorderedElementsAre("pause", "asystole"));
}

TEST(Rhythm, AsystoleIsToldWhileItLastsAndGivesTheSameEpisodes) {
  const Outcome told = run("NNNNVNVNVNVNN8NNNN", 75, true), whole = run("NNNNVNVNVNVNN8NNNN");
  EXPECT_EQ(codes(told), codes(whole));
  for (std::size_t i = 0; i < told.episodes.size(); ++i) {
    EXPECT_NEAR(told.episodes[i].begin_seconds, whole.episodes[i].begin_seconds, 1e-9);
    EXPECT_NEAR(told.episodes[i].end_seconds, whole.episodes[i].end_seconds, 1e-9);
    EXPECT_EQ(told.episodes[i].beats, whole.episodes[i].beats);
    EXPECT_EQ(told.episodes[i].rate_per_minute, whole.episodes[i].rate_per_minute);
  }
}

TEST(Rhythm, WithoutAnyBeatThereIsAsystoleFromTheBeginningOn) {
  RhythmTracker tracker{RhythmRules{}};
  std::vector<RhythmTracker::Change> changes;
  tracker.silence(3.9, changes);
  tracker.silence(4.1, changes);
  tracker.finish(30, changes);
  ASSERT_EQ(tracker.episodes().size(), 2u);
  for (const Episode& episode : tracker.episodes()) {
    EXPECT_TRUE(episode.code == "pause" || episode.code == "asystole") << episode.code;
    EXPECT_EQ(episode.begin_seconds, 0);
    EXPECT_EQ(episode.end_seconds, 30);
  }
  RhythmTracker missing{RhythmRules{}};
  changes.clear();
  missing.gap(0, 30, changes);
  missing.finish(30, changes);
  EXPECT_TRUE(changes.empty());
}

TEST(Rhythm, AGapIsNoPauseAndEndsWhatHeld) {
  RhythmTracker tracker{RhythmRules{}};
  std::vector<RhythmTracker::Change> changes;
  double at = 0;
  for (int i = 0; i < 6; ++i) tracker.beat({at += 0.4, Beat::ventricular}, changes);
  tracker.gap(at + 0.2, at + 60, changes);
  tracker.beat({at + 60.5, Beat::normal}, changes);
  tracker.finish(at + 61, changes);
  ASSERT_EQ(tracker.episodes().size(), 1u);
  EXPECT_EQ(tracker.episodes()[0].code, "vt");
  EXPECT_NEAR(tracker.episodes()[0].end_seconds, at + 0.2, 1e-9);
}

TEST(Rhythm, SlowAndFastRatesHaveHysteresis) {
  const std::string beats(40, 'N');
  EXPECT_THAT(codes(run(beats, 45)), ElementsAre("bradycardia"));
  EXPECT_THAT(codes(run(beats, 52)), IsEmpty());
  EXPECT_THAT(codes(run(beats, 110)), ElementsAre("tachycardia"));
}

TEST(Rhythm, AnEpisodeTellsTheExtremeOfItsRatesWhereHysteresisHidesItInTheMean) {
  RhythmTracker tracker{RhythmRules{}};
  std::vector<RhythmTracker::Change> changes;
  double at = 0;
  const auto beats = [&](int count, double per_minute) {
    for (int i = 0; i < count; ++i) tracker.beat({at += 60 / per_minute, Beat::normal}, changes);
  };
  beats(20, 104);
  beats(120, 93);  // above the 90 at which it ends
  beats(40, 75);
  beats(20, 46);
  beats(80, 58);
  tracker.finish(at, changes);
  ASSERT_EQ(tracker.episodes().size(), 2u);
  const Episode fast = tracker.episodes()[0], slow = tracker.episodes()[1];
  EXPECT_EQ(fast.code, "tachycardia");
  EXPECT_LT(fast.rate_per_minute, 100);
  EXPECT_NEAR(fast.extreme_per_minute, 104, 1e-6);
  EXPECT_EQ(slow.code, "bradycardia");
  EXPECT_GT(slow.rate_per_minute, 50);
  EXPECT_NEAR(slow.extreme_per_minute, 46, 1e-6);
}

TEST(Rhythm, EpisodesOfOneConditionDoNotOverlap) {
  RhythmTracker tracker{RhythmRules{}};
  std::vector<RhythmTracker::Change> changes;
  double at = 0;
  for (int i = 0; i < 400; ++i) tracker.beat({at += i / 20 % 2 == 0 ? 0.5 : 0.8, Beat::normal}, changes);
  tracker.finish(at, changes);
  double last = 0;
  int n = 0;
  for (const Episode& episode : tracker.episodes()) {
    if (episode.code != "tachycardia") continue;
    EXPECT_GE(episode.begin_seconds, last);
    last = episode.end_seconds;
    ++n;
  }
  EXPECT_GT(n, 3);
}

TEST(Rhythm, UnpredictableIntervalsAreFibrillationAndBreathingIsNot) {
  const auto episodes = [](auto interval) {
    RhythmTracker tracker{RhythmRules{}};
    std::vector<RhythmTracker::Change> changes;
    double at = 0;
    for (int i = 0; i < 200; ++i) tracker.beat({at += interval(i), Beat::normal}, changes);
    tracker.finish(at, changes);
    return std::ranges::count(tracker.episodes(), "afib", &Episode::code);
  };
  Random random(1, 0, 0, "intervals");
  EXPECT_GE(episodes([&](int) { return random.uniform(0.45, 1.05); }), 1);
  EXPECT_EQ(episodes([&](int i) { return 0.85 + 0.05 * std::sin(i / 4.0) + 0.01 * random.normal(); }), 0);
}

// The end of fibrillation is set back by half of the judged intervals, which may be of another pace.
TEST(Rhythm, BeatsAndRateOfAnEpisodeAreThoseWithinIt) {
  RhythmTracker tracker{RhythmRules{}};
  std::vector<RhythmTracker::Change> changes;
  std::vector<double> times;
  Random random(1, 0, 0, "intervals");
  double at = 0;
  const auto beats = [&](int count, auto interval) {
    for (int i = 0; i < count; ++i) {
      times.push_back(at += interval());
      tracker.beat({at, Beat::normal}, changes);
    }
  };
  for (int i = 0; i < 5; ++i) {
    beats(60, [&] { return random.uniform(0.45, 1.05); });
    beats(60, [] { return 0.4; });
    beats(60, [] { return 1.4; });
  }
  tracker.finish(at, changes);
  std::map<std::string, int> told;
  for (const Episode& episode : tracker.episodes()) {
    if (episode.code == "pause") continue;
    ++told[episode.code];
    const auto inside =
        std::ranges::count_if(times, [&](double t) { return t >= episode.begin_seconds && t <= episode.end_seconds; });
    EXPECT_EQ(episode.beats, inside) << episode.code << " from " << episode.begin_seconds;
    EXPECT_LE(episode.rate_per_minute, 150 + 1e-6) << episode.code << " from " << episode.begin_seconds;
  }
  EXPECT_GE(told["afib"], 5);
  EXPECT_GE(told["tachycardia"], 5);
  EXPECT_GE(told["bradycardia"], 5);
}

TEST(Rhythm, EntropyOfTooFewIntervalsIsNotTold) {
  const std::vector<double> few(11, 0.8);
  EXPECT_TRUE(std::isnan(coefficient_of_sample_entropy(few)));
}

TEST(Rhythm, RulesComeBackFromJsonAndOddOnesAreRefused) {
  RhythmRules rules;
  rules.brady_per_minute = 40;
  rules.run_beats = 5;
  const Json json = to_json(rules);
  EXPECT_EQ(to_json(rules_from_json({json, "rules"})), json);
  EXPECT_THAT(message_of([] { rules_from_json({Json{{"run_beats", 0}}, "rules"}); }),
              ::testing::HasSubstr("run_beats"));
  EXPECT_THAT(message_of([] { rules_from_json({Json{{"speed", 1}}, "rules"}); }), ::testing::HasSubstr("speed"));
  EXPECT_THAT(message_of([] { rules_from_json({Json{{"afib_beats", 11}}, "rules"}); }),
              ::testing::HasSubstr("12 to 64"))
      << "of fewer intervals there is no entropy";
  EXPECT_EQ(rules_from_json({Json{{"afib_beats", 12}, {"rate_beats", 2}}, "rules"}).afib_beats, 12);
  for (const char* name : {"pause_seconds", "brady_per_minute", "vf_leakage"}) {
    EXPECT_THAT(message_of([&] { rules_from_json({Json{{name, -1}}, "rules"}); }), ::testing::HasSubstr(name));
  }
}

TEST(Rhythm, WhileSuspendedNothingIsToldOfBeatsOrTheirAbsence) {
  RhythmTracker tracker{RhythmRules{}};
  std::vector<RhythmTracker::Change> changes;
  double at = 0;
  for (int i = 0; i < 5; ++i) tracker.beat({at += 0.4, Beat::ventricular}, changes);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].code, "vt");
  tracker.suspend(at + 0.2, changes);
  ASSERT_EQ(changes.size(), 2u) << "what held is over";
  EXPECT_FALSE(changes[1].begins);
  for (int i = 0; i < 20; ++i) tracker.beat({at += 0.4, Beat::ventricular}, changes);
  tracker.silence(at += 30, changes);
  tracker.resume(at);
  tracker.silence(at + 1.9, changes);
  EXPECT_EQ(changes.size(), 2u);
  tracker.silence(at + 2.1, changes);
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[2].code, "pause");
  EXPECT_EQ(changes[2].at_seconds, at) << "of what was before nothing is known";
}

}  // namespace
}  // namespace galen::ecg
