#include "galen/report/fhir_observation.h"

#include <gtest/gtest.h>

namespace galen {
namespace {

Json observation_of(const Code& code) {
  Finding finding;
  Statement statement;
  statement.code = code;
  statement.value = 70;
  statement.unit = "/min";
  finding.statements = {statement};
  return fhir_observations(finding)->at("entry").at(0).at("resource");
}

TEST(FhirObservation, AHeartRateIsAVitalSignAndNothingElseIs) {
  const Json rate = observation_of({"http://loinc.org", "8867-4", "Heart rate"});
  const Json expected = Json::parse(R"([{"coding": [{
    "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}])");
  EXPECT_EQ(rate.at("category"), expected);
  EXPECT_FALSE(observation_of({"http://loinc.org", "80404-7", ""}).contains("category"));
  EXPECT_FALSE(observation_of({"urn:other", "8867-4", ""}).contains("category"));
}

}  // namespace
}  // namespace galen
