#include "tasks/ecg_rhythm/ec57.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::ecg {
namespace {

Truth truth_at(std::vector<TrueBeat> beats) {
  Truth out;
  out.beats = std::move(beats);
  return out;
}

TEST(Ec57, ABeatIsPairedWithTheNearestWithin150Milliseconds) {
  const Truth truth = truth_at({{1000, Beat::normal}, {2000, Beat::ventricular}, {3000, Beat::normal}});
  const BeatCounts counts = compare_beats(
      truth, {{1149, Beat::normal}, {1900, Beat::normal}, {2010, Beat::ventricular}, {3151, Beat::normal}}, 1000, 0);
  EXPECT_EQ(counts.at(Beat::normal, Beat::normal), 1);
  EXPECT_EQ(counts.at(Beat::ventricular, Beat::ventricular), 1);
  EXPECT_EQ(counts.at(Beat::normal, Beat::none), 1);
  EXPECT_EQ(counts.at(Beat::none, Beat::normal), 2);
  EXPECT_DOUBLE_EQ(counts.qrs_sensitivity(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(counts.qrs_ppv(), 2.0 / 4);
}

TEST(Ec57, ABeatBetweenTwoReferenceBeatsGoesToTheNearer) {
  const std::vector<TrueBeat> truth = {{1000, Beat::normal}, {1200, Beat::ventricular}};
  EXPECT_EQ(matched(truth, {1005, 1190}, 150), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(matched(truth, {1140}, 150), (std::vector<std::int64_t>{0, -1}));
  EXPECT_EQ(matched(truth, {900, 995, 1290}, 150), (std::vector<std::int64_t>{1, 2}));
}

TEST(Ec57, TheLearningTimeAndFlutterDoNotCount) {
  Truth truth = truth_at({{100, Beat::normal}, {1000, Beat::normal}, {2000, Beat::normal}});
  truth.flutter = {{1900, 2500}};
  const BeatCounts counts =
      compare_beats(truth, {{300, Beat::normal}, {1000, Beat::normal}, {2200, Beat::normal}}, 1000, 500);
  EXPECT_EQ(counts.beats(Beat::normal), 1);
  EXPECT_EQ(counts.beats(Beat::none), 0);
}

TEST(Ec57, FusionBeatsCalledVentricularDoNotCountAgainstThem) {
  BeatCounts counts;
  counts.at(Beat::ventricular, Beat::ventricular) = 8;
  counts.at(Beat::ventricular, Beat::normal) = 2;
  counts.at(Beat::normal, Beat::ventricular) = 1;
  counts.at(Beat::none, Beat::ventricular) = 1;
  counts.at(Beat::fusion, Beat::ventricular) = 50;
  counts.at(Beat::unclassified, Beat::ventricular) = 50;
  counts.at(Beat::unclassified, Beat::supraventricular) = 50;
  EXPECT_DOUBLE_EQ(counts.sensitivity(Beat::ventricular), 0.8);
  EXPECT_DOUBLE_EQ(counts.ppv(Beat::ventricular), 0.8);
  EXPECT_TRUE(std::isnan(counts.ppv(Beat::supraventricular)));
  EXPECT_TRUE(std::isnan(counts.f1(Beat::supraventricular)));
}

TEST(Ec57, CodesOfWfdbBecomeClasses) {
  for (const char* code : {"N", "L", "R", "e", "j"}) EXPECT_EQ(class_of_code(code), Beat::normal) << code;
  for (const char* code : {"A", "a", "J", "S"}) EXPECT_EQ(class_of_code(code), Beat::supraventricular) << code;
  for (const char* code : {"V", "E", "r"}) EXPECT_EQ(class_of_code(code), Beat::ventricular) << code;
  for (const char* code : {"/", "f", "Q"}) EXPECT_EQ(class_of_code(code), Beat::unclassified) << code;
  for (const char* code : {"+", "~", "!", "x", "|", "", "(AFIB"}) EXPECT_EQ(class_of_code(code), Beat::none) << code;
}

TEST(Ec57, MarksOutsideTheRecordingAreRefused) {
  EXPECT_THROW(truth_of({360, {{10, 10, "N", ""}}}, 360, 3600), Error);
  EXPECT_THROW(truth_of({360, {{1, 1, "+", ""}}}, 360, 3600), Error);
  EXPECT_TRUE(truth_of({360, {{1, 1, "/", ""}}}, 360, 3600).paced);
}

}  // namespace
}  // namespace galen::ecg
