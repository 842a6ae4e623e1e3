#include "tasks/ecg_rhythm/simulate_rhythm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/reading.h"

namespace galen::ecg {
namespace {

// A made sinus rhythm as the network gets it.
class SimulatedRhythm : public ::testing::Test {
 protected:
  void SetUp() override {
    const Phantom made = phantom("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN");
    std::vector<BeatToken> tokens;
    BeatReader reader(plan_, made.signal.rate_hz, 2);
    const std::vector<std::vector<float>> samples = {made.signal.source->read(0, 0, made.signal.length),
                                                     made.signal.source->read(1, 0, made.signal.length)};
    reader.push(samples, tokens);
    reader.finish(tokens);
    std::erase_if(tokens, [](const BeatToken& token) { return token.is_pause(); });
    ASSERT_EQ(tokens.size(), 64u);
    const auto size = 2 * lead_count * static_cast<std::size_t>(plan_.crop_samples);
    crops_.assign(tokens.size() * size, 0), features_.assign(tokens.size() * feature_count, 0);
    targets_.assign(tokens.size() * beat_classes, 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      put_crops(tokens[i], plan_.crop_samples, std::span(crops_).subspan(i * size, size));
      std::ranges::copy(tokens[i].features, features_.begin() + static_cast<std::ptrdiff_t>(i * feature_count));
      targets_[i * beat_classes] = 1;
    }
    tokens_ = tokens;
  }
  // The sinus rhythm again.
  Random anew(std::uint64_t seed) {
    SetUp();
    return Random(seed, 0, 0, "test");
  }
  BeatSequence sequence() { return {crops_, features_, targets_}; }
  float feature(std::size_t beat, Feature which) const {
    return features_[beat * feature_count + static_cast<std::size_t>(which)];
  }
  std::vector<std::size_t> of(Beat kind) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (targets_[i * beat_classes + static_cast<std::size_t>(kind)] > 0) out.push_back(i);
    }
    return out;
  }

  BeatPlan plan_;
  std::vector<BeatToken> tokens_;
  std::vector<float> crops_, features_, targets_;
};

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

TEST_F(SimulatedRhythm, AnotherPaceStaysNormalAndIsTold) {
  float fastest = 0, slowest = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random = anew(seed);
    // What is usual is not the same for both while it is learned.
    const auto difference = [&](std::size_t i) { return feature(i, Feature::before) - feature(i - 1, Feature::next); };
    std::vector<float> were(1);
    for (std::size_t i = 1; i < tokens_.size(); ++i) were.push_back(difference(i));
    change_pace(sequence(), plan_, random);
    EXPECT_EQ(of(Beat::normal).size(), tokens_.size());
    for (std::size_t i = 1; i < tokens_.size(); ++i) {
      ASSERT_NEAR(difference(i), were[i], 1e-4) << "seed " << seed << ", beat " << i;
      const double usual = 0.8 * std::exp(feature(i, Feature::usual) / 4);
      ASSERT_GT(usual * std::exp(feature(i, Feature::before) / 4), 0.33);
      fastest = std::min(fastest, feature(i, Feature::pace)), slowest = std::max(slowest, feature(i, Feature::pace));
    }
  }
  EXPECT_LT(fastest, -1);
  EXPECT_GT(slowest, 0.5);
}

// Early is beside the pace that there is.
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
      const bool long_run = i >= 5 && early[i] == early[i - 5] + 5;  // not by chance
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

TEST_F(SimulatedRhythm, FibrillationIsUnevenAndItsBeatsStayNormal) {
  Random random(1, 0, 0, "test");
  fibrillate(sequence(), plan_, random);
  double squares = 0;
  for (std::size_t i = 0; i < tokens_.size(); ++i) squares += std::pow(feature(i, Feature::before), 2);
  EXPECT_GT(std::sqrt(squares / static_cast<double>(tokens_.size())), 0.3);
  EXPECT_EQ(of(Beat::normal).size(), tokens_.size());
  EXPECT_GT(feature(10, Feature::uneven), 0.4);
  EXPECT_GT(feature(40, Feature::disorder), 0);
}

TEST_F(SimulatedRhythm, OtherConductionIsBroaderOnTimeAndStaysNormal) {
  double broadest = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random = anew(seed);
    const std::vector<float> before = features_;
    change_conduction(sequence(), plan_, random);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      broadest = std::max<double>(broadest, feature(i, Feature::breadth));
      EXPECT_EQ(feature(i, Feature::before), before[i * feature_count + static_cast<std::size_t>(Feature::before)]);
    }
    EXPECT_EQ(of(Beat::normal).size(), tokens_.size());
  }
  EXPECT_GT(broadest, 0.3);
}

TEST_F(SimulatedRhythm, ABundleBranchBlockIsUsualAndStaysNormal) {
  Random random(1, 0, 0, "test");
  const std::vector<float> were = crops_;
  block_bundle(sequence(), plan_, random);
  EXPECT_NE(crops_, were);
  EXPECT_EQ(of(Beat::normal).size(), tokens_.size());
  for (std::size_t i = 5; i < tokens_.size(); ++i) {
    ASSERT_GT(feature(i, Feature::likeness), 0.9) << "what is usual is blocked too";
    ASSERT_NEAR(feature(i, Feature::breadth), 0, 0.5);
  }
}

TEST_F(SimulatedRhythm, EarlyBeatsMayBeConductedWithoutTheBlock) {
  std::size_t narrow = 0, early = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random = anew(seed);
    make_premature(sequence(), plan_, random);
    block_bundle(sequence(), plan_, random);
    for (const std::size_t beat : of(Beat::supraventricular)) {
      ++early;
      narrow += feature(beat, Feature::breadth) < -0.2;
    }
  }
  EXPECT_GT(narrow, early / 8);
  EXPECT_LT(narrow, 7 * early / 8);
}

TEST_F(SimulatedRhythm, FibrillationIsIrregularAndSinusRhythmIsNot) {
  EXPECT_FALSE(is_irregular(sequence()));
  Random random(3, 0, 0, "test");
  fibrillate(sequence(), plan_, random);
  EXPECT_TRUE(is_irregular(sequence()));
}

TEST_F(SimulatedRhythm, OnlySequencesOfNormalBeatsAreTaken) {
  EXPECT_TRUE(all_normal(sequence()));
  targets_[5 * beat_classes] = 0;
  EXPECT_TRUE(all_normal(sequence())) << "a beat that does not count";
  targets_[5 * beat_classes + 2] = 1;
  EXPECT_FALSE(all_normal(sequence()));
}

}  // namespace
}  // namespace galen::ecg
