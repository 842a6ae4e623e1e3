#include "tasks/ecg_rhythm/record.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "galen/base/message_test.h"
#include "galen/metric/stats.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/task.h"

namespace galen::ecg {
namespace {

BeatCounts counts_of(double normal, double ventricular, double missed) {
  BeatCounts out;
  out.at(Beat::normal, Beat::normal) = normal;
  out.at(Beat::ventricular, Beat::ventricular) = ventricular;
  out.at(Beat::ventricular, Beat::normal) = missed;
  return out;
}

Record record_of(const std::string& name, const RecordingRecord& recording) {
  return {name, name, {}, to_json(recording)};
}

// Of the ventricular beats, 3 of 4 are found in the first recording and 1 of 2 in the second; the third has none, and
// the last is paced.
std::vector<Record> recordings() {
  std::vector<Record> out;
  for (const BeatCounts& counts : {counts_of(90, 3, 1), counts_of(50, 1, 1), counts_of(80, 0, 0)}) {
    RecordingRecord one;
    one.detected = one.at_reference = one.detected_adapted = one.at_reference_adapted = counts;
    out.push_back(record_of(std::to_string(out.size()), one));
  }
  RecordingRecord paced;
  paced.paced = true;
  paced.detected = counts_of(0, 9, 1);
  out.push_back(record_of("paced", paced));
  return out;
}

TEST(RecordingScores, OfSingleRecordingsAreThoseThatScoresAreMeansOf) {
  const std::vector<Record> records = recordings();
  const auto of_recordings = ecg_rhythm()->case_scores(Bundle(), records);
  std::size_t means = 0;
  for (const auto& [name, score] : score_recordings(records)) {
    if (!name.ends_with(".mean")) continue;
    ++means;
    const auto found = of_recordings.find(name);
    ASSERT_NE(found, of_recordings.end()) << name;
    ASSERT_EQ(found->second.values.size(), records.size()) << name;
    EXPECT_EQ(found->second.direction, Direction::higher_is_better) << name;
    const double mean = mean_of_defined(found->second.values);
    EXPECT_TRUE(std::isnan(score.value) ? std::isnan(mean) : std::abs(mean - score.value) < 1e-12) << name;
  }
  EXPECT_EQ(means, of_recordings.size());
  const std::vector<double>& found = of_recordings.at("aami.v.se.mean").values;
  EXPECT_DOUBLE_EQ(found[0], 0.75);
  EXPECT_DOUBLE_EQ(found[1], 0.5);
  EXPECT_TRUE(std::isnan(found[2]));
  EXPECT_TRUE(std::isnan(found[3]));
}

TEST(RecordingScores, OfAMeanCountThePatientsWhoHaveIt) {
  const Scores scores = score_recordings(recordings());
  EXPECT_EQ(scores.at("aami.v.se.mean").n, 2);  // the third has no ventricular beat
  EXPECT_EQ(scores.at("aami.n.se.mean").n, 3);
  EXPECT_EQ(scores.at("aami.s.se.mean").n, 0);
}

TEST(RecordingScores, OfAllBeatsFoundAreNotSure) {
  const Scores scores = score_recordings(recordings());
  EXPECT_EQ(scores.at("aami.n.se").value, 1);
  EXPECT_EQ(scores.at("aami.n.se").low, binomial_interval(3, 3).low);
  EXPECT_EQ(scores.at("aami.n.se.mean").low, binomial_interval(3, 3).low);
  EXPECT_EQ(scores.at("aami.v.ppv").low, binomial_interval(2, 2).low) << "of the two who have some";
}

// A network whose every output is NaN.
class Silent final : public Executable {
 public:
  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs) const override {
    std::map<std::string, Tensor> out;
    out.emplace("logits", Tensor(Scalar::f32, {1, inputs.at("features").shape()[1], beat_classes}));
    std::ranges::fill(out.at("logits").values<float>(), std::nanf(""));
    return out;
  }
  Precision precision() const override { return Precision::f32; }
  MemoryEstimate memory() const override { return {}; }
};

TEST(RecordingScores, ANetworkWithoutNumbersIsNotScored) {
  const Phantom made = phantom("NNNNNNNNNNVNNNNNNNNNN");
  const Recording recording{made.signal, {0, 1}, {made.beats, {}, false}};
  BeatPlan plan;
  plan.bands = {};
  const auto networks = std::make_shared<BeatNetworks>(BeatNetworks{plan, {{8, std::make_shared<Silent>()}}, {}});
  EXPECT_FALSE(named(read_beats(plan, recording), networks).empty()) << "a finding warns of it";
  for (const auto& examine : std::vector<std::function<void()>>{[&] { examine_recording(recording, networks); },
                                                                [&] { compare_at_reference(recording, networks); }}) {
    EXPECT_EQ(message_of(examine), "signal: leads to values that are not numbers");
  }
}

TEST(RecordingScores, AreNoneWhereAllArePaced) {
  const std::vector<Record> paced = {recordings().back()};
  EXPECT_TRUE(score_recordings(paced).empty());
  EXPECT_TRUE(ecg_rhythm()->case_scores(Bundle(), paced).empty());
}

TEST(RecordingScores, GrossFiguresAreOfAllBeatsAndTheRestWithoutTheRecordingThatHasMost) {
  const Scores scores = score_recordings(recordings());
  EXPECT_DOUBLE_EQ(scores.at("aami.v.se").value, 4.0 / 6);
  EXPECT_DOUBLE_EQ(scores.at("aami.v.se.mean").value, 0.625);
  EXPECT_DOUBLE_EQ(scores.at("aami.v.se.rest").value, 0.5);
}

}  // namespace
}  // namespace galen::ecg
