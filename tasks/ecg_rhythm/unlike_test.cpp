// Statistics of a recording, however it is cut, and warnings of one that is unlike the others.
#include "tasks/ecg_rhythm/unlike.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "galen/data/memory_source.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/record.h"
#include "tasks/ecg_rhythm/task.h"

namespace galen::ecg {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string> names = RecordingStatistics::names();

// Pushes the signal in pieces of this many samples.
RecordingStatistics statistics_of(const Signal& signal, std::int64_t piece = 1 << 20) {
  const BeatPlan plan;
  const std::vector<std::size_t> leads = choose_leads(signal.channels);
  BeatReader reader(plan, signal.rate_hz, leads.size());
  RecordingStatistics out(plan);
  const auto take = [&out](std::vector<BeatToken> tokens) {
    for (const BeatToken& token : tokens) out.add(token);
  };
  for (std::int64_t begin = 0; begin < signal.length; begin += piece) {
    std::vector<BeatToken> tokens;
    reader.push(read_leads(signal, leads, begin, std::min(piece, signal.length - begin)), tokens);
    take(std::move(tokens));
  }
  std::vector<BeatToken> tokens;
  reader.finish(tokens);
  take(std::move(tokens));
  return out;
}

// A patient with a heart rate, noise level and share of ventricular beats of their own.
Signal patient(std::uint64_t number) {
  Random random(number, 0, 0, "patient");
  std::string beats(100, 'N');
  const double share = 0.1 * random.uniform();
  for (std::size_t i = 10; i < beats.size(); ++i) {
    if (beats[i - 1] == 'N' && random.chance(share)) beats[i] = 'V';
  }
  return phantom(beats, {.per_minute = random.uniform(55, 110), .noise_mv = random.uniform(0.01, 0.05), .seed = number})
      .signal;
}

template <class Change>
Signal changed(const Signal& signal, Change change) {
  std::vector<std::vector<float>> samples = read_leads(signal, {0, 1}, 0, signal.length);
  for (auto& lead : samples) {
    for (float& v : lead) v = static_cast<float>(change(v));
  }
  return held_signal(signal.channels, signal.rate_hz, std::move(samples));
}

// Like out-of-fold records, with whatever else conclude() needs.
std::vector<Record> records_of(int patients) {
  std::vector<Record> out;
  for (int i = 0; i < patients; ++i) {
    RecordingRecord record;
    record.statistics = statistics_of(patient(static_cast<std::uint64_t>(i) + 1)).values();
    for (int k = 0; k < 3; ++k) record.judged.push_back({{3, -2, 0, -2, -2, -2}, Beat::normal});
    record.judged.push_back({{0, -2, 3, -2, -2, -2}, i % 5 == 0 ? Beat::normal : Beat::ventricular});
    out.push_back({std::to_string(i), std::to_string(i), {}, to_json(record)});
  }
  return out;
}

Bundle concluded(const std::vector<Record>& records) {
  Bundle out;
  out.id = "test";
  EcgRhythm().conclude(out, records);
  return out;
}

class Unlike : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { profile_ = profile_of(concluded(records_of(24))); }
  static void TearDownTestSuite() { profile_.reset(); }

  static std::vector<Warning> said_of(const Signal& signal) {
    Finding out;
    warn_unlike(profile_, statistics_of(signal), out);
    return out.warnings;
  }

  static inline std::shared_ptr<const ReferenceProfile> profile_;
};

TEST_F(Unlike, RecordingsOfNewPatientsLikeTheOthersAreSeldomWarnedOf) {
  int warned = 0;
  for (std::uint64_t number = 101; number <= 120; ++number) warned += !said_of(patient(number)).empty();
  EXPECT_LE(warned, 2) << "one in 25 is declared";
}

TEST_F(Unlike, ARecordingFullOfNoiseIsWarnedOfAndTheReasonGiven) {
  const auto warnings = said_of(phantom(std::string(100, 'N'), {.noise_mv = 0.4}).signal);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].kind, "unlike_training");
  EXPECT_THAT(warnings[0].text, HasSubstr("unlike the training data (distance "));
  EXPECT_THAT(warnings[0].text, HasSubstr("4 % of recordings like the training data get this warning"));
  const Similarity similar = compare_with(
      *profile_, {"", statistics_of(phantom(std::string(100, 'N'), {.noise_mv = 0.4}).signal).values(), {}});
  EXPECT_THAT(similar.unusual, ::testing::Contains("roughness between complexes"));
}

TEST_F(Unlike, NoiseAloneAndAClockThatIsWrongAreWarnedOf) {
  Random random(3, 0, 0, "noise");
  EXPECT_FALSE(said_of(changed(patient(7), [&](float) { return random.normal(); })).empty());
  for (const double factor : {0.4, 2.5}) {
    Signal signal = patient(7);
    signal.rate_hz *= factor;
    EXPECT_FALSE(said_of(signal).empty()) << factor;
  }
}

TEST_F(Unlike, GainAndASecondLeadTakeNoPart) {
  const Signal signal = patient(5);
  const std::vector<double> here = statistics_of(signal).values();
  const std::vector<double> microvolts = statistics_of(changed(signal, [](float v) { return 1000 * v; })).values();
  ASSERT_EQ(here.size(), names.size());
  ASSERT_EQ(microvolts.size(), names.size());
  for (std::size_t k = 0; k < names.size(); ++k) EXPECT_NEAR(here[k], microvolts[k], 0.01) << names[k];
  const Signal first = held_signal({signal.channels[0]}, signal.rate_hz, {signal.source->read(0, 0, signal.length)});
  EXPECT_THAT(said_of(signal), IsEmpty());
  EXPECT_THAT(said_of(first), IsEmpty());
}

TEST_F(Unlike, TooFewBeatsAreNotCompared) {
  EXPECT_THAT(said_of(phantom("NNNNNNNNNN", {.noise_mv = 0.4}).signal), IsEmpty());
  EXPECT_THAT(statistics_of(phantom(std::string(40, 'N')).signal).values(), IsEmpty());
}

TEST_F(Unlike, HowTheStreamIsCutDoesNotMatter) {
  const Signal signal = patient(9);
  const std::vector<double> whole = statistics_of(signal).values();
  ASSERT_EQ(whole.size(), names.size());
  for (const std::int64_t piece : {1, 7, 1000}) EXPECT_EQ(statistics_of(signal, piece).values(), whole) << piece;
}

TEST_F(Unlike, EachStatisticMovesWithWhatItIsNamedAfter) {
  const auto of = [](std::string_view beats, const PhantomOptions& options, std::string_view name) {
    const auto k = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    return statistics_of(phantom(beats, options).signal).values().at(k);
  };
  const std::string normal(100, 'N'), all_ventricular(100, 'V');
  std::string mixed;
  for (int i = 0; i < 25; ++i) mixed += "NNNV";
  EXPECT_NEAR(of(normal, {.per_minute = 90}, names[0]), std::log(90), 0.02);
  EXPECT_GT(of(mixed, {}, "unevenness of the rhythm"), of(normal, {}, "unevenness of the rhythm") + 0.5);
  EXPECT_GT(of(mixed, {}, "beats unlike the usual one"), of(normal, {}, "beats unlike the usual one") + 0.2);
  EXPECT_GT(of(mixed, {}, "changes of breadth"), of(normal, {}, "changes of breadth") + 0.1);
  EXPECT_GT(of(all_ventricular, {}, "breadth of the QRS complex"), of(normal, {}, "breadth of the QRS complex") + 0.3);
  for (const char* name :
       {"noise about the usual beat", "steepness between complexes", "roughness between complexes"}) {
    EXPECT_GT(of(normal, {.noise_mv = 0.1}, name), of(normal, {.noise_mv = 0.02}, name) + 0.5) << name;
  }
}

TEST(Profile, IsOfUnpacedRecordingsOfTwentyPatientsOrMore) {
  std::vector<Record> records = records_of(21);
  EXPECT_EQ(profile_of(concluded(records))->patients, 21);
  records[0].values["paced"] = true;
  EXPECT_EQ(profile_of(concluded(records))->patients, 20);
  records[1].values["statistics"] = Json::array();
  EXPECT_EQ(profile_of(concluded(records)), nullptr);
}

TEST(Profile, ABundleWithoutOneWarnsOfNothingAndOneOfOtherStatisticsIsRefused) {
  Bundle bundle;
  bundle.id = "test";
  bundle.reference["members"] = Json::array({Json::object()});
  Finding finding;
  warn_unlike(profile_of(bundle), statistics_of(phantom(std::string(100, 'N'), {.noise_mv = 0.4}).signal), finding);
  EXPECT_THAT(finding.warnings, IsEmpty());
  bundle = concluded(records_of(20));
  bundle.reference["profile"]["statistics"][3]["name"] = "something else";
  EXPECT_THAT(message_of([&] { profile_of(bundle); }), HasSubstr("has a reference profile of other statistics"));
}

TEST(RecordOfARecording, KeepsItsStatisticsAndOneWithoutThemIsRefused) {
  RecordingRecord record;
  record.statistics = statistics_of(patient(3)).values();
  Json json = parse_json(to_json(record).dump(), "test");
  EXPECT_EQ(recording_record_from_json({json, "test"}).statistics, record.statistics);
  json["statistics"].erase(0);
  EXPECT_THAT(message_of([&] { recording_record_from_json({json, "test"}); }), HasSubstr("9 statistics, 10 expected"));
  json.erase("statistics");
  EXPECT_THAT(message_of([&] { recording_record_from_json({json, "test"}); }), HasSubstr("lacks 'statistics'"));
}

}  // namespace
}  // namespace galen::ecg
