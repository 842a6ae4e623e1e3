#include "tasks/ecg_rhythm/known_rhythm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "galen/base/message_test.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/reading.h"

namespace galen::ecg {
namespace {

// The classes of the tokens at the beats of the phantom.
std::vector<int> at_beats(const Phantom& made, KnownRhythm rhythm) {
  const Recording recording{made.signal, {0, 1}, {}};
  std::vector<BeatToken> tokens = read_beats(BeatPlan{}, recording);
  const std::vector<int> classes = classes_by_rhythm(tokens, rhythm, made.signal.rate_hz, 2);
  std::vector<int> out(made.beats.size(), -2);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    for (std::size_t b = 0; b < made.beats.size(); ++b) {
      if (std::abs(tokens[i].sample - made.beats[b].sample) < 20) out[b] = classes[i];
    }
  }
  return out;
}

TEST(KnownRhythm, BeatsLikeTheUsualOneAreNormalAndOthersAreLeftOut) {
  const Phantom made = phantom("NNNNNNNNNNNNNNNNVNNNNNNNNNNSNNNNNNNN");
  const std::vector<int> classes = at_beats(made, KnownRhythm::normal);
  int normal = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    normal += classes[i] == static_cast<int>(Beat::normal);
    if (made.beats[i].beat == Beat::ventricular || made.beats[i].beat == Beat::supraventricular) {
      EXPECT_EQ(classes[i], -1) << i << ": what an expert might name otherwise is not learned";
    }
  }
  EXPECT_GT(normal, 25);
}

TEST(KnownRhythm, InFibrillationAnEarlyBeatOfTheUsualShapeIsNormal) {
  const Phantom made = phantom("NNNNNNNNNNNNNNNNNNNNNNNNNNSNNNNNNNN");
  EXPECT_EQ(at_beats(made, KnownRhythm::fibrillation)[26], static_cast<int>(Beat::normal));
}

TEST(KnownRhythm, OfATachycardiaTheRunNearTheEndIsVentricularAndWhatIsUsualBeforeItNormal) {
  const Phantom made = phantom("NNNNNNNNNNNNNNNVNNNNNNVVVVVVVNN");
  const std::vector<int> classes = at_beats(made, KnownRhythm::ventricular_tachycardia);
  for (std::size_t i = 22; i < 29; ++i) EXPECT_EQ(classes[i], static_cast<int>(Beat::ventricular)) << i;
  EXPECT_EQ(classes[15], -1) << "a beat alone is no run";
  EXPECT_EQ(classes[12], static_cast<int>(Beat::normal));
  EXPECT_EQ(std::ranges::count(classes, static_cast<int>(Beat::ventricular)), 7);
}

TEST(KnownRhythm, ATachycardiaThatIsNotFoundTeachesNothing) {
  const Phantom early = phantom("NNNNNNNNNNNNVVVVVVVNNNNNNNNNNNNNNNNN");
  EXPECT_THAT(at_beats(early, KnownRhythm::ventricular_tachycardia), ::testing::Each(-1)) << "not near the end";
  const Phantom short_run = phantom("NNNNNNNNNNNNNNNNNNNNVVVNN");
  EXPECT_THAT(at_beats(short_run, KnownRhythm::ventricular_tachycardia), ::testing::Each(-1)) << "three beats";
}

TEST(KnownRhythm, OtherRhythmsTeachNothing) {
  EXPECT_EQ(known_rhythm("normal"), KnownRhythm::normal);
  EXPECT_EQ(known_rhythm("ventricular tachycardia"), KnownRhythm::ventricular_tachycardia);
  EXPECT_THAT(message_of([] { known_rhythm("other"); }), ::testing::HasSubstr("'other' teaches nothing of beats"));
}

}  // namespace
}  // namespace galen::ecg
