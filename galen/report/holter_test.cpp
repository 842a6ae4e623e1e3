// The page and files for the finding of a recording, which has no image.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "galen/base/message_test.h"
#include "galen/io/wave/wave_io.h"
#include "galen/report/fhir_observation.h"
#include "galen/report/html.h"
#include "galen/report/report.h"

namespace galen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Statement rate() {
  Statement statement;
  statement.id = "rate";
  statement.text = "Mean heart rate";
  statement.code = {"http://loinc.org", "8867-4", "Heart rate"};
  statement.value = 71.5;
  statement.unit = "/min";
  statement.interval = Interval{70, std::numeric_limits<double>::infinity(), 0.9, "split conformal"};
  return statement;
}

Annotations day_of_beats() {
  Annotations annotations{250, {}};
  for (int i = 0; i < 100'000; ++i) annotations.marks.push_back({i * 0.8, i * 0.8, "N", ""});
  return annotations;
}

Finding holter() {
  Finding finding;
  finding.case_id = "Doe_John_1950";
  finding.statements = {rate()};
  finding.warnings = {{"quality", "the warning"}};
  finding.evidence = {{"rate", "seen here", "strip"}, {"beats", "the lone evidence", ""}};
  ChartArtefact chart;
  chart.series = {{"rate", {0, 3600}, {70, 80}}};
  const StripArtefact strip{10, 100, {{"II", "mV", 1}}, {std::vector<float>(9000, 0.f)}, {}};
  finding.artefacts = {
      {"beats", "every beat", day_of_beats()}, {"strip", "a strip", strip}, {"trend", "the trend", chart}};
  finding.provenance.bundle = "ecg";
  finding.provenance.time = "2026-11-28T20:00:00Z";
  finding.provenance.input_hashes = {{"signal", std::string(64, 'a')}};
  return finding;
}

TEST(HolterPage, GoesFromAnswersToProvenance) {
  const std::string page =
      html_report({.title = "t", .introduction = {}, .cases = {{holter(), nullptr, {}, {}}}, .sections = {}});
  std::size_t last = page.find("<article");
  ASSERT_NE(last, std::string::npos);
  for (const char* part : {"Mean heart rate", "the warning", "<h3>Charts", "the trend", "<h3>Strips", "a strip",
                           "<h3>Tables", "every beat", "<h3>Evidence", "the lone evidence", "Where this comes from"}) {
    const std::size_t at = page.find(part, last);
    ASSERT_NE(at, std::string::npos) << part << " is missing or too early";
    last = at;
  }
  EXPECT_THAT(page, Not(HasSubstr("class=\"scene\"")));
  EXPECT_THAT(page, HasSubstr("1 warning</a>")) << "who reads the answers alone is told of the warnings";
  EXPECT_THAT(page, HasSubstr("seen here <a href=\"#case-1-strip\"")) << "evidence leads to its strip";
  EXPECT_THAT(page, HasSubstr("id=\"case-1-strip\""));
}

TEST(HolterPage, LinksSayWhatTheyLeadTo) {
  Finding finding = holter();
  finding.artefacts[1].name = "strip.3";
  finding.evidence = {{"rate", "a strip", "strip.3"}, {"rate", "some are doubtful", "beats"}};
  const std::string page =
      html_report({.title = "t", .introduction = {}, .cases = {{finding, nullptr, {}, {}}}, .sections = {}});
  EXPECT_THAT(page, HasSubstr("a strip <a href=\"#case-1-strip.3\">See strip 3</a>"));
  EXPECT_THAT(page, HasSubstr("some are doubtful <a href=\"#case-1-beats\">See every beat</a>"));
}

TEST(HolterPage, StaysSmallWithADayOfBeatsAndAMinuteOfStrip) {
  const TemporaryFolder folder;
  write_finding(holter(), nullptr, folder.path());
  const std::string page = read_text(folder.path() / "report.html");
  EXPECT_LT(page.size(), 150'000u);
  EXPECT_THAT(page, HasSubstr("every beat (100000 rows)"));
  EXPECT_THAT(page, HasSubstr("The first 200 of 100000 rows. All are in <a href=\"beats.csv\">"));
  EXPECT_THAT(page, HasSubstr("The first 60 s. All of it is in <a href=\"strip.svg\">")) << "of 90 s";
}

TEST(HolterFiles, BeatsAreReadBackFromWfdb) {
  const TemporaryFolder folder;
  write_finding(holter(), nullptr, folder.path());
  const Annotations back = read_annotations(folder.path() / "beats.atr");
  ASSERT_EQ(back.marks.size(), 100'000u);
  EXPECT_NEAR(back.marks.back().at_seconds, 99'999 * 0.8, 1e-6);
  EXPECT_THAT(read_json(folder.path() / "finding.json").at("warnings").size(), 1u);
}

TEST(HolterFiles, WhatWfdbCannotHoldIsSaidAndStaysInTheCsv) {
  const TemporaryFolder folder;
  Finding finding = holter();
  finding.artefacts = {{"stages", "sleep", Annotations{100, {{0, 30, "REM", ""}}}}};
  write_finding(finding, nullptr, folder.path());
  EXPECT_FALSE(fs::exists(folder.path() / "stages.atr"));
  EXPECT_TRUE(fs::exists(folder.path() / "stages.csv"));
  const Json warnings = read_json(folder.path() / "finding.json").at("warnings");
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_THAT(warnings.at(1).at("text").get<std::string>(),
              HasSubstr("stages.atr is not written: it cannot hold the code 'REM'"));
  EXPECT_THAT(read_text(folder.path() / "report.html"), HasSubstr("cannot hold the code"));
}

TEST(FhirObservations, SayValueUnitIntervalAndStatus) {
  const auto bundle = fhir_observations(holter());
  ASSERT_TRUE(bundle);
  EXPECT_EQ(bundle->at("type"), "collection");
  ASSERT_EQ(bundle->at("entry").size(), 1u);
  const Json& observation = bundle->at("entry").at(0).at("resource");
  EXPECT_EQ(observation.at("resourceType"), "Observation");
  EXPECT_EQ(observation.at("status"), "preliminary");
  EXPECT_EQ(observation.at("issued"), "2026-11-28T20:00:00Z");
  EXPECT_EQ(observation.at("code").at("coding").at(0).at("code"), "8867-4");
  EXPECT_EQ(observation.at("valueQuantity"),
            (Json{{"value", 71.5}, {"unit", "/min"}, {"system", "http://unitsofmeasure.org"}, {"code", "/min"}}));
  const Json& range = observation.at("component").at(0).at("valueRange");
  EXPECT_EQ(range.at("low").at("value"), 70);
  EXPECT_FALSE(range.contains("high")) << "an end that is infinite is open";
  EXPECT_THAT(observation.at("device").at("display").get<std::string>(), HasSubstr("ecg"));
}

TEST(FhirObservations, NameNobody) {
  EXPECT_THAT(fhir_observations(holter())->dump(), Not(HasSubstr("Doe")));
}

TEST(FhirObservations, AreMadeOfStatementsWithValueAndCode) {
  Finding finding = holter();
  finding.statements[0].code = {};
  EXPECT_FALSE(fhir_observations(finding));
  finding.statements[0] = rate();
  finding.statements[0].value.reset();
  EXPECT_FALSE(fhir_observations(finding));
  const TemporaryFolder folder;
  write_finding(finding, nullptr, folder.path());
  EXPECT_FALSE(fs::exists(folder.path() / "observations.json"));
}

TEST(FhirObservations, AValueThatIsNoNumberIsAbsentWithItsReason) {
  Finding finding = holter();
  finding.statements[0].value = NAN;
  const Json observation = fhir_observations(finding)->at("entry").at(0).at("resource");
  EXPECT_FALSE(observation.contains("valueQuantity"));
  EXPECT_EQ(observation.at("dataAbsentReason").at("coding").at(0).at("code"), "not-a-number");
}

TEST(FhirObservations, HaveIdsThatAreStableAndTheirOwn) {
  Finding finding = holter();
  finding.statements.push_back(rate());
  const auto ids = [](const Finding& f) {
    std::vector<std::string> out;
    const Json bundle = *fhir_observations(f);
    for (const Json& entry : bundle.at("entry")) out.push_back(entry.at("fullUrl"));
    return out;
  };
  const auto first = ids(finding);
  EXPECT_EQ(first, ids(finding));
  EXPECT_NE(first.at(0), first.at(1));
  EXPECT_THAT(first.at(0),
              ::testing::MatchesRegex("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"));
  finding.provenance.input_hashes[0].second = std::string(64, 'b');
  EXPECT_NE(first.at(0), ids(finding).at(0)) << "another input";
}

}  // namespace
}  // namespace galen
