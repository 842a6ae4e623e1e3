#include "tasks/ecg_rhythm/hrv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "galen/base/json.h"
#include "galen/base/message_test.h"
#include "galen/base/random.h"

namespace galen::ecg {
namespace {

using testing::HasSubstr;

std::vector<TimedBeat> beats_of(const std::vector<double>& intervals_ms) {
  std::vector<TimedBeat> beats = {{0, Beat::normal}};
  for (const double ms : intervals_ms) beats.push_back({beats.back().at_seconds + ms / 1000, Beat::normal});
  return beats;
}

// Intervals around 800 ms, modulated at these frequencies [Hz] with these amplitudes [ms], plus noise.
std::vector<TimedBeat> modulated(double seconds, const std::vector<std::pair<double, double>>& rhythms,
                                 double noise_ms = 0) {
  Random random(1, 0, 0, "intervals");
  std::vector<TimedBeat> beats = {{0, Beat::normal}};
  while (beats.back().at_seconds < seconds) {
    double ms = 800 + noise_ms * random.normal();
    for (const auto& [hz, amplitude] : rhythms)
      ms += amplitude * std::sin(2 * std::numbers::pi * hz * beats.back().at_seconds);
    beats.push_back({beats.back().at_seconds + ms / 1000, Beat::normal});
  }
  return beats;
}

std::vector<TimedBeat> beats_from(const JsonView& series) {
  const std::string classes = series.get<std::string>("classes");
  std::vector<TimedBeat> beats;
  if (series.has("rr_ms")) {
    beats = beats_of(series.get<std::vector<double>>("rr_ms"));
  } else {
    for (const double sample : series.get<std::vector<double>>("samples"))
      beats.push_back({sample / series.get<double>("rate_hz"), Beat::normal});
  }
  for (std::size_t i = 0; i < beats.size(); ++i) beats[i].beat = class_of_code(std::string_view(&classes.at(i), 1));
  return beats;
}

TEST(HeartRateVariability, EqualsNeuroKitAndTheStandardsFormulas) {
  const Json file = read_json(GALEN_SOURCE_DIR "/tasks/ecg_rhythm/testdata/hrv_reference.json");
  const JsonView all = JsonView(file, "hrv_reference.json").at("series");
  ASSERT_EQ(all.size(), 3u);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const JsonView series = all.at(i);
    SCOPED_TRACE(series.get<std::string>("name"));
    const Hrv hrv = heart_rate_variability(beats_from(series));
    EXPECT_EQ(hrv.nn_intervals, series.get<int>("nn_intervals"));
    std::set<std::string> compared;
    for (const char* source : {"neurokit", "formula"}) {
      for (const auto& [name, wanted] : series.at(source).json().items()) {
        const double value = hrv.at(name).value.value_or(std::nan(""));
        EXPECT_NEAR(value, wanted.get<double>(), 1e-6 * std::abs(wanted.get<double>())) << source << " " << name;
        compared.insert(name);
      }
    }
    for (const HrvMeasure& m : hrv.measures)
      EXPECT_EQ(m.value.has_value(), compared.contains(std::string(m.name))) << m.name;
  }
}

TEST(HeartRateVariability, LeavesOutIntervalsAtBeatsThatAreNotNormal) {
  std::vector<TimedBeat> beats = modulated(600, {{0.1, 30}});
  const int intervals = static_cast<int>(beats.size()) - 1;
  for (std::size_t i = 50; i < 500; i += 100) {  // early, then a pause
    beats[i].at_seconds -= 0.3;
    beats[i].beat = Beat::ventricular;
  }
  beats[700].beat = beats[701].beat = Beat::supraventricular;
  const Hrv hrv = heart_rate_variability(beats), clean = heart_rate_variability(modulated(600, {{0.1, 30}}));
  EXPECT_EQ(hrv.intervals, intervals);
  EXPECT_EQ(hrv.ectopic, 5 * 2 + 3);
  EXPECT_EQ(hrv.implausible, 0);
  EXPECT_EQ(hrv.nn_intervals, intervals - 13);
  for (const char* name : {"mean_nn", "sdnn", "rmssd", "sd1", "short.lf"})
    EXPECT_NEAR(hrv.at(name).value.value(), clean.at(name).value.value(), 0.03 * clean.at(name).value.value()) << name;
  EXPECT_EQ(hrv.at("nn50").value, 0);
}

TEST(HeartRateVariability, LeavesOutGapsAndDoubleDetections) {
  std::vector<TimedBeat> beats = modulated(600, {{0.1, 30}});
  beats.erase(beats.begin() + 200, beats.begin() + 205);
  beats.insert(beats.begin() + 400, {beats[399].at_seconds + 0.05, Beat::normal});
  const Hrv hrv = heart_rate_variability(beats);
  EXPECT_EQ(hrv.implausible, 2);
  EXPECT_EQ(hrv.ectopic, 0);
  EXPECT_LT(hrv.at("sdnn").value.value(), 25);
}

// A dropout shorter than the longest plausible interval.
TEST(HeartRateVariability, BehindAGapThereIsNoInterval) {
  std::vector<TimedBeat> beats = modulated(600, {{0.1, 30}});
  const Hrv whole = heart_rate_variability(beats);
  for (std::size_t i = 20; i < beats.size(); i += 25) {
    beats.erase(beats.begin() + static_cast<std::ptrdiff_t>(i));
    beats[i].behind_gap = true;
  }
  const int gaps = static_cast<int>(std::ranges::count(beats, true, &TimedBeat::behind_gap));
  ASSERT_GT(gaps, 20);
  const Hrv hrv = heart_rate_variability(beats);
  EXPECT_EQ(hrv.intervals, whole.intervals - 2 * gaps);
  EXPECT_EQ(hrv.nn_intervals, hrv.intervals);
  EXPECT_EQ(hrv.implausible, 0);
  EXPECT_NEAR(hrv.at("mean_nn").value.value(), whole.at("mean_nn").value.value(), 2);
  EXPECT_NEAR(hrv.at("rmssd").value.value(), whole.at("rmssd").value.value(), 1);
}

TEST(HeartRateVariability, FindsThePowerOfEachBand) {
  const Hrv hrv = heart_rate_variability(modulated(3600, {{0.02, 20}, {0.1, 30}, {0.25, 15}}));
  for (const std::string kind : {"short.", "lomb."}) {
    EXPECT_NEAR(hrv.at(kind + "vlf").value.value(), 200, 8) << kind;
    EXPECT_NEAR(hrv.at(kind + "lf").value.value(), 450, 15) << kind;
    EXPECT_NEAR(hrv.at(kind + "hf").value.value(), 112, 10) << kind;
    EXPECT_NEAR(hrv.at(kind + "lf_nu").value.value(), 80, 2) << kind;
    EXPECT_NEAR(hrv.at(kind + "lf_hf").value.value(), 4, 0.4) << kind;
  }
  EXPECT_EQ(hrv.at("day.ulf").why_absent, "needs 1080 min, there are 60.0");
}

TEST(HeartRateVariability, OfADayHasUltraLowFrequencies) {
  std::vector<TimedBeat> beats = modulated(20 * 3600, {{0.001, 60}, {0.02, 20}, {0.1, 30}, {0.25, 15}}, 3);
  std::erase_if(beats, [](const TimedBeat& b) {
    return b.at_seconds > 7200 && b.at_seconds < 9000;
  });  // electrodes off for half an hour
  const Hrv hrv = heart_rate_variability(beats);
  EXPECT_NEAR(hrv.at("day.ulf").value.value(), 1800, 100);
  EXPECT_NEAR(hrv.at("day.vlf").value.value(), 200, 15);
  EXPECT_NEAR(hrv.at("day.lf").value.value(), 450, 30);
  EXPECT_NEAR(hrv.at("day.hf").value.value(), 112, 15);
  EXPECT_NEAR(hrv.at("sdann").value.value(), 60 / std::sqrt(2.0) * 0.858, 1);  // sin(x) / x at x = 0.3 pi
  EXPECT_TRUE(hrv.at("sample_entropy").value && hrv.at("approximate_entropy").value);
}

TEST(HeartRateVariability, SaysWhyAMeasureIsAbsent) {
  const auto why = [](const std::vector<TimedBeat>& beats, const char* name) {
    const HrvMeasure measure = heart_rate_variability(beats).at(name);
    EXPECT_EQ(measure.value.has_value(), measure.why_absent.empty()) << name;
    return measure.why_absent;
  };
  EXPECT_EQ(why({}, "sdnn"), "needs 30 N-N intervals, there are 0");
  EXPECT_EQ(why(modulated(10, {}), "mean_hr"), "needs 30 N-N intervals, there are 12");
  EXPECT_EQ(why(modulated(60, {}), "short.lf"), "needs 2 min, there are 1.0");
  EXPECT_EQ(why(modulated(200, {{0.1, 9}}), "short.lf"), "");
  EXPECT_EQ(why(modulated(200, {{0.1, 9}}), "short.vlf"), "needs 4.5 min, there are 3.3");
  EXPECT_EQ(why(modulated(600, {{0.1, 9}}), "triangular_index"), "needs 20 min, there are 10.0");
  EXPECT_EQ(why(modulated(600, {{0.1, 9}}), "sdann"), "needs 3 windows of 5 min, there are 1");
  EXPECT_EQ(why(modulated(100, {{0.1, 9}}), "dfa_alpha2"), "needs 256 N-N intervals, there are 126");
  EXPECT_EQ(why(beats_of(std::vector<double>(400, 750)), "sample_entropy"), "the intervals are constant");
  std::vector<TimedBeat> ectopic = modulated(600, {{0.1, 9}});
  for (std::size_t i = 5; i < ectopic.size(); i += 15) ectopic[i].beat = Beat::ventricular;
  EXPECT_EQ(why(ectopic, "sdnn"), "");
  EXPECT_EQ(why(ectopic, "dfa_alpha1"), "13 % of the intervals or of the time is left out, more than 10 %");
  for (std::size_t i = 1; i < ectopic.size(); i += 5) ectopic[i].beat = Beat::ventricular;
  EXPECT_THAT(why(ectopic, "sdnn"), HasSubstr("more than 20 %"));
  for (const HrvMeasure& m : heart_rate_variability({}).measures) EXPECT_FALSE(m.value) << m.name;
  const std::vector<TimedBeat> apart = {{1, Beat::normal}, {200, Beat::normal, true}};  // after a gap
  for (const HrvMeasure& m : heart_rate_variability(apart).measures) EXPECT_FALSE(m.value) << m.name;
}

TEST(HeartRateVariability, CountsADifferenceOf50MsAsNotMore) {
  std::vector<TimedBeat> beats = {{1000, Beat::normal}};
  int sample = 360'000;
  for (int i = 0; i < 400; ++i)
    beats.push_back({(sample += i % 2 == 0 ? 288 : 306) / 360.0, Beat::normal});  // 18 samples: 50 ms
  EXPECT_EQ(heart_rate_variability(beats).at("nn50").value, 0);
  EXPECT_NEAR(heart_rate_variability(beats).at("pnn20").value.value(), 100, 0.5);
}

TEST(HeartRateVariability, RefusesTimesThatDoNotAscend) {
  EXPECT_THAT(message_of([] { heart_rate_variability(std::vector<TimedBeat>{{1, Beat::normal}, {1, Beat::normal}}); }),
              HasSubstr("heart-rate variability: the times of the beats do not ascend (beat 1 at 1 s)"));
  EXPECT_THAT(message_of([] { heart_rate_variability({}).at("sdn"); }), HasSubstr("no measure 'sdn'"));
}

}  // namespace
}  // namespace galen::ecg
