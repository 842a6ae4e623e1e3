#include "tasks/ecg_rhythm/record.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/metric/stats.h"
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

// Ventricular beats are found in 3 of 4 and in 1 of 2; the third recording has none, the last is paced.
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
