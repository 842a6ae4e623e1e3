#include <cmath>

#include "tasks/ecg_rhythm/simulated_rhythm_test.h"

namespace galen::ecg {
namespace {

TEST_F(SimulatedRhythm, EarlyBeatsAreEarlyForThemAndForTheirNeighbours) {
  std::size_t early = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random = anew(seed);
    make_premature(sequence(), plan_, random);
    for (const std::size_t beat : of(Beat::supraventricular)) {
      ++early;
      EXPECT_LT(feature(beat, Feature::before), 0) << "a beat that is not early";
      EXPECT_EQ(feature(beat, Feature::before), feature(beat - 1, Feature::next));
      EXPECT_EQ(feature(beat, Feature::next), feature(beat + 1, Feature::before));
      EXPECT_GT(feature(beat, Feature::likeness), 0.9) << "the complex itself stays";
    }
    EXPECT_EQ(of(Beat::supraventricular).size() + of(Beat::normal).size(), tokens_.size());
  }
  EXPECT_GT(early, 50u);
}

TEST_F(SimulatedRhythm, ALongRunOfEarlyBeatsIsToldByItsPace) {
  std::size_t runs = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random = anew(seed);
    make_premature(sequence(), plan_, random);
    const std::vector<std::size_t> early = of(Beat::supraventricular);
    for (std::size_t i = 0; i + 9 < early.size(); ++i) {
      const std::size_t last = early[i] + 9;
      if (early[i + 9] != last || last < 20) continue;
      ++runs;
      ASSERT_LT(feature(last, Feature::pace), 0) << "seed " << seed;
    }
  }
  EXPECT_GT(runs, 20u);
}

// Early is relative to the current pace.
TEST_F(SimulatedRhythm, EarlyBeatsAreEarlyAtAnyPace) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random = anew(seed);
    change_pace(sequence(), plan_, random);
    const std::vector<float> before = features_;
    make_premature(sequence(), plan_, random);
    for (const std::size_t beat : of(Beat::supraventricular)) {
      const float was = before[beat * feature_count + static_cast<std::size_t>(Feature::before)];
      ASSERT_LT(feature(beat, Feature::before), was) << "seed " << seed;
    }
  }
}

TEST_F(SimulatedRhythm, ARunIsATachycardia) {
  std::size_t in_runs = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random = anew(seed);
    make_premature(sequence(), plan_, random);
    const std::vector<std::size_t> early = of(Beat::supraventricular);
    for (std::size_t i = 1; i < early.size(); ++i) {
      if (early[i] != early[i - 1] + 1) continue;
      const double usual = 0.8 * std::exp(feature(early[i], Feature::usual) / 4);
      const double seconds = usual * std::exp(feature(early[i], Feature::before) / 4);
      ++in_runs;
      ASSERT_LT(seconds, 0.87 * usual) << "seed " << seed;
      const bool long_run = i >= 5 && early[i] == early[i - 5] + 5;  // too long to be chance
      if (long_run) {
        ASSERT_LT(seconds, 0.61) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(in_runs, 100u);
}

TEST_F(SimulatedRhythm, AVentricularShapeIsKnownByItsBeginAndAnotherConductionIsOnTime) {
  const BeatToken donor = tokens_.front();
  double onset = 0, of_conduction = 0;  // the earliest
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random = anew(seed);
    const VentricularBeat made = ventricular_beat(donor, Beat::normal, plan_, random);
    make_ventricular(sequence(), plan_, std::span(&made, 1), random);
    for (const std::size_t beat : of(Beat::ventricular)) onset = std::min<double>(onset, feature(beat, Feature::onset));
    random = anew(seed);
    change_conduction(sequence(), plan_, random);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      of_conduction = std::min<double>(of_conduction, feature(i, Feature::onset));
    }
  }
  EXPECT_LT(onset, -1);
  EXPECT_GT(of_conduction, -0.5);
}

TEST_F(SimulatedRhythm, VentricularBeatsMakeTheRhythmUnevenAndSupraventricularOnesDoNot) {
  const BeatToken donor = tokens_.front();
  float most = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random = anew(seed);
    const std::vector<float> before = features_;
    const VentricularBeat made = ventricular_beat(donor, Beat::normal, plan_, random);
    make_ventricular(sequence(), plan_, std::span(&made, 1), random);
    for (std::size_t i = 0; i < tokens_.size(); ++i) most = std::max(most, feature(i, Feature::uneven));
    features_ = before;
    make_premature(sequence(), plan_, random);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      ASSERT_EQ(feature(i, Feature::uneven), before[i * feature_count + static_cast<std::size_t>(Feature::uneven)]);
    }
  }
  EXPECT_GT(most, 1) << "a quarter of the usual interval from beat to beat";
}

TEST_F(SimulatedRhythm, VentricularBeatsLookLikeTheirDonorAndUnlikeTheUsual) {
  const Phantom other = phantom("NNNNNNNNNNNNNNNNNNNNNNVNNNNNNNNNNNNNNNNNNN", {.seed = 2});
  std::vector<BeatToken> tokens;
  BeatReader reader(plan_, 360, 2);
  const std::vector<std::vector<float>> samples = {other.signal.source->read(0, 0, other.signal.length),
                                                   other.signal.source->read(1, 0, other.signal.length)};
  reader.push(samples, tokens);
  reader.finish(tokens);
  const BeatToken* donor = nullptr;
  for (const BeatToken& token : tokens) {
    if (std::abs(token.sample - other.beats[22].sample) < 30) donor = &token;
  }
  ASSERT_NE(donor, nullptr);
  std::size_t made = 0, early = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random = anew(seed);
    const VentricularBeat made_of = ventricular_beat(*donor, Beat::ventricular, plan_, random);
    make_ventricular(sequence(), plan_, std::span(&made_of, 1), random);
    for (const std::size_t beat : of(Beat::ventricular)) {
      ++made;
      EXPECT_LT(feature(beat, Feature::likeness), 0.9);
      EXPECT_GT(feature(beat, Feature::breadth), 0.5);
      early += feature(beat, Feature::before) < 0;
    }
  }
  EXPECT_GT(made, 40u);
  EXPECT_GT(early, made / 2);
  EXPECT_LT(early, made) << "idioventricular beats are on time";
}

}  // namespace
}  // namespace galen::ecg
