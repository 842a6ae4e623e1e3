// Names of neighbouring beats, under a network whose logits are the tokens' features.
#include "tasks/ecg_rhythm/beat_namer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace galen::ecg {
namespace {

using testing::ElementsAre;
using Tensors = std::map<std::string, Tensor>;

// One neighbour on each side; a row of the past is six logits.
BeatPlan plan_of_one_neighbour() {
  BeatPlan plan;
  plan.width = static_cast<std::int64_t>(beat_classes);
  plan.heads = 1;
  plan.bands = {{1, 1}};
  plan.logit_adjustment = {};
  return plan;
}

// A network that returns the first features of a beat as its logits.
class Echo final : public Executable {
 public:
  Tensors run(const Tensors& inputs) const override {
    const auto count = inputs.at("features").shape()[1];
    std::vector<float> seen(inputs.at("past.0").values<float>().begin(), inputs.at("past.0").values<float>().end());
    for (std::int64_t i = 0; i < count; ++i) {
      const auto features = inputs.at("features").values<float>().subspan(static_cast<std::size_t>(i) * feature_count);
      seen.insert(seen.end(), features.begin(), features.begin() + beat_classes);
    }
    Tensors out;
    out.emplace("logits", Tensor(Scalar::f32, {1, count, beat_classes}));
    std::copy_n(seen.begin() + beat_classes, out.at("logits").count(), out.at("logits").values<float>().begin());
    out.emplace("next.0", Tensor(Scalar::f32, {1, 2, beat_classes}));
    std::copy_n(seen.end() - 2 * beat_classes, 2 * beat_classes, out.at("next.0").values<float>().begin());
    return out;
  }
  Precision precision() const override { return Precision::f32; }
  MemoryEstimate memory() const override { return {}; }
};

BeatToken token(double at_seconds, Beat beat, float surely) {
  BeatToken out = pause_token(plan_of_one_neighbour());
  out.sample = static_cast<std::int64_t>(1000 * at_seconds);
  out.at_seconds = at_seconds;
  out.features[static_cast<std::size_t>(beat)] = surely;
  return out;
}

BeatNamer echo(std::int64_t at_a_time) {
  std::vector<Tensor> past;
  past.emplace_back(Scalar::f32, Shape{1, 2, beat_classes});
  return BeatNamer(std::make_shared<BeatNetworks>(
      BeatNetworks{plan_of_one_neighbour(), {{at_a_time, std::make_shared<Echo>()}}, past}));
}

std::vector<Beat> names_of(std::vector<BeatToken> tokens, std::int64_t at_a_time) {
  BeatNamer namer = echo(at_a_time);
  std::vector<NamedBeat> out;
  for (BeatToken& one : tokens) namer.push({one}, out);
  namer.finish(out);
  std::vector<Beat> names;
  for (std::size_t i = 0; i < out.size(); ++i) {
    EXPECT_EQ(out[i].sample, tokens[i].sample);
    names.push_back(out[i].beat);
  }
  return names;
}

TEST(BeatNamer, OfTwoBeatsInOneRefractoryPeriodTheSurerStays) {
  for (const std::int64_t at_a_time : {1, 4}) {
    SCOPED_TRACE(at_a_time);
    EXPECT_THAT(names_of({token(1, Beat::ventricular, 9), token(1.2, Beat::ventricular, 5), token(2, Beat::normal, 9)},
                         at_a_time),
                ElementsAre(Beat::ventricular, Beat::none, Beat::normal));
    EXPECT_THAT(
        names_of({token(1, Beat::normal, 5), token(1.2, Beat::ventricular, 9), token(2, Beat::normal, 9)}, at_a_time),
        ElementsAre(Beat::none, Beat::ventricular, Beat::normal));
  }
}

TEST(BeatNamer, OfSeveralBeatsWhatIsLeftIsApart) {
  const auto beat = [](double at, float surely) { return token(at, Beat::ventricular, surely); };
  EXPECT_THAT(names_of({beat(1, 5), beat(1.2, 6), beat(1.4, 7), beat(2, 9)}, 1),
              ElementsAre(Beat::ventricular, Beat::none, Beat::ventricular, Beat::ventricular));
  EXPECT_THAT(names_of({beat(1, 5), beat(1.2, 7), beat(1.4, 6), beat(2, 9)}, 4),
              ElementsAre(Beat::none, Beat::ventricular, Beat::none, Beat::ventricular));
}

TEST(BeatNamer, WhatIsHeldIsNotKnown) {
  BeatNamer namer = echo(1);
  std::vector<NamedBeat> out;
  for (const double at : {1.0, 1.2}) namer.push({token(at, Beat::normal, 5)}, out);
  EXPECT_TRUE(out.empty()) << "the first waits for the second, which has no neighbour yet";
  EXPECT_EQ(namer.known_until(), 1000);
  namer.push({token(2, Beat::normal, 5)}, out);
  EXPECT_EQ(out.size(), 2u);
  EXPECT_EQ(namer.known_until(), 2000);
}

TEST(BeatNamer, BeatsThatFollowFastAreAllNamed) {
  EXPECT_THAT(
      names_of({token(1, Beat::ventricular, 9), token(1.25, Beat::ventricular, 5), token(1.5, Beat::ventricular, 9)},
               1),
      ElementsAre(Beat::ventricular, Beat::ventricular, Beat::ventricular));
}

TEST(BeatNamer, InFibrillationNoBeatIsSupraventricular) {
  BeatToken early = token(1, Beat::supraventricular, 9), in_fibrillation = token(2, Beat::supraventricular, 9);
  early.feature(Feature::disorder) = -0.1f, in_fibrillation.feature(Feature::disorder) = 0.1f;
  in_fibrillation.features[static_cast<std::size_t>(Beat::normal)] = 1;
  EXPECT_THAT(names_of({early, in_fibrillation}, 1), ElementsAre(Beat::supraventricular, Beat::normal));
}

TEST(BeatNamer, WhatIsNoBeatTakesNothingFromABeat) {
  EXPECT_THAT(names_of({token(1, Beat::normal, 5), token(1.1, Beat::none, 9), token(1.3, Beat::ventricular, 5)}, 1),
              ElementsAre(Beat::normal, Beat::none, Beat::ventricular));
}

}  // namespace
}  // namespace galen::ecg
