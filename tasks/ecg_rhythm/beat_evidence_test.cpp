#include "tasks/ecg_rhythm/beat_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/engine/openvino/openvino.h"
#include "tasks/ecg_rhythm/network.h"
#include "tasks/ecg_rhythm/phantom.h"

namespace galen::ecg {
namespace {

// Untrained weights: the output is arbitrary, but depends on the whole input.
class Evidence : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    engine_ = openvino_engine();
    PredictOptions options;
    options.precision = Precision::f32;
    BeatPlan plan;
    plan.features = {16, 24, 32, 48}, plan.width = 64;
    networks_ = networks_for_files(plan, {extract(training_graph(plan, 1), {"logits"})}, *engine_, options);
  }
  static void TearDownTestSuite() { networks_.reset(), engine_.reset(); }
  static BeatEvidence of(const Phantom& made, std::size_t beat) {
    return evidence_of(made.signal, {0, 1}, static_cast<double>(made.beats[beat].sample) / made.signal.rate_hz,
                       made.beats[beat].beat, networks_);
  }
  static double change(const BeatEvidence& evidence, std::string_view part) {
    for (const BeatPart& one : evidence.parts) {
      if (one.name == part) return std::abs(one.log_odds - evidence.log_odds);
    }
    return std::nan("");
  }

  static inline std::unique_ptr<Engine> engine_;
  static inline std::shared_ptr<const BeatNetworks> networks_;
};

TEST_F(Evidence, AUsualBeatHasNothingToBeMadeUsual) {
  const Phantom made = phantom(std::string(40, 'N'), {.noise_mv = 0.001});
  const BeatEvidence evidence = of(made, 30);
  ASSERT_EQ(evidence.parts.size(), 4u);
  for (const char* part : {"P wave", "QRS complex", "T wave", "timing"}) EXPECT_LT(change(evidence, part), 0.1) << part;
}

TEST_F(Evidence, OfAVentricularBeatTheComplexAndTheTimingMatter) {
  const Phantom made = phantom("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNVNNNNNNNNN", {.noise_mv = 0.001});
  const BeatEvidence evidence = of(made, 30), usual = of(made, 20);
  EXPECT_GT(change(evidence, "QRS complex"), 10 * change(usual, "QRS complex"));
  EXPECT_GT(change(evidence, "timing"), 10 * change(usual, "timing"));
  EXPECT_TRUE(std::ranges::is_sorted(evidence.parts, {}, &BeatPart::log_odds));
  EXPECT_THAT(sentence_of(evidence), ::testing::HasSubstr("decided by its"));
}

TEST_F(Evidence, WhereNoBeatIsThereIsNone) {
  const Phantom made = phantom("NNNNNNNNNN---NNNNNNN");
  EXPECT_TRUE(evidence_of(made.signal, {0, 1}, 14, Beat::ventricular, networks_).parts.empty());
}

}  // namespace
}  // namespace galen::ecg
