#include "galen/report/fhir_observation.h"

#include <fmt/format.h>

#include <cmath>
#include <regex>

#include "galen/base/hash.h"

namespace galen {
namespace {

constexpr const char* ucum = "http://unitsofmeasure.org";

/// FHIR does not allow empty strings.
void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json quantity(double value, const std::string& unit) {
  Json json = {{"value", value}};
  if (unit.empty()) return json;
  json["unit"] = unit;
  json["system"] = ucum;
  json["code"] = unit;
  return json;
}

Json codeable(const Code& code, const std::string& text) {
  Json coding = Json::object();
  put(coding, "system", code.system);
  coding["code"] = code.code;
  put(coding, "display", code.display);
  Json json = {{"coding", Json::array({std::move(coding)})}};
  put(json, "text", text);
  return json;
}

/// R4's vital signs profile applies to every Observation with this code.
bool is_heart_rate(const Code& code) {
  return code.system == "http://loinc.org" && code.code == "8867-4";
}

Json vital_signs() {
  const Json coding = {{"system", "http://terminology.hl7.org/CodeSystem/observation-category"},
                       {"code", "vital-signs"}};
  return Json::array({{{"coding", Json::array({coding})}}});
}

/// A bound that is not finite is left out: the range is open at that end.
Json interval_component(const Interval& interval, const std::string& unit) {
  Json range = Json::object();
  if (std::isfinite(interval.low)) range["low"] = quantity(interval.low, unit);
  if (std::isfinite(interval.high)) range["high"] = quantity(interval.high, unit);
  std::string text = fmt::format("{:g} % interval", 100 * interval.level);
  if (!interval.method.empty()) text += fmt::format(", {}", interval.method);
  return {{"code", {{"text", text}}}, {"valueRange", std::move(range)}};
}

Json components(const Statement& statement) {
  Json out = Json::array();
  const auto& interval = statement.interval;
  if (interval && (std::isfinite(interval->low) || std::isfinite(interval->high))) {
    out.push_back(interval_component(*interval, statement.unit));
  }
  if (statement.probability && std::isfinite(*statement.probability)) {
    out.push_back(
        {{"code", {{"text", "calibrated probability"}}}, {"valueQuantity", quantity(*statement.probability, "1")}});
  }
  return out;
}

std::string device_note(const Provenance& p) {
  std::string text = fmt::format("Computed by the bundle {} {}", p.bundle, p.bundle_version);
  if (!p.bundle_hash.empty()) text += fmt::format(" (SHA-256 {})", p.bundle_hash);
  text += fmt::format(", status {}, engine {}.", p.status.empty() ? "not stated" : p.status, p.engine);
  for (const auto& [role, hash] : p.input_hashes) text += fmt::format(" Input {}: SHA-256 {}.", role, hash);
  if (!p.applies_to.empty()) text += fmt::format(" Applies to: {}", p.applies_to);
  return text;
}

/// A UUID of version 8 (RFC 9562), the same for the same bundle, input, time and statement.
std::string urn_of(const Finding& finding, const Statement& statement, std::size_t index) {
  const Provenance& p = finding.provenance;
  std::string all =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", p.bundle, p.bundle_version, p.bundle_hash, p.time, statement.id, index);
  for (const auto& [role, hash] : p.input_hashes) all += fmt::format("\n{} {}", role, hash);
  std::string hex = sha256(as_bytes(all));
  hex[12] = '8';
  hex[16] = '8';
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

Json observation(const Finding& finding, const Statement& statement) {
  const Provenance& p = finding.provenance;
  static const std::regex instant(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))");
  Json json = {{"resourceType", "Observation"}, {"status", "preliminary"}};
  if (is_heart_rate(statement.code)) json["category"] = vital_signs();
  json["code"] = codeable(statement.code, statement.text);
  if (std::regex_match(p.time, instant)) json["issued"] = p.time;
  if (std::isfinite(*statement.value)) {
    json["valueQuantity"] = quantity(*statement.value, statement.unit);
  } else {
    json["dataAbsentReason"] = {
        {"coding", Json::array({{{"system", "http://terminology.hl7.org/CodeSystem/data-absent-reason"},
                                 {"code", "not-a-number"}}})}};
  }
  json["note"] = Json::array({{{"text", device_note(p)}}});
  json["device"] = {{"display", fmt::format("Galen {}, bundle {} {}", p.galen_version, p.bundle, p.bundle_version)}};
  if (Json parts = components(statement); !parts.empty()) json["component"] = std::move(parts);
  return json;
}

}  // namespace

std::optional<Json> fhir_observations(const Finding& finding) {
  Json entries = Json::array();
  for (std::size_t i = 0; i < finding.statements.size(); ++i) {
    const Statement& statement = finding.statements[i];
    if (!statement.value || statement.code.code.empty()) continue;
    entries.push_back({{"fullUrl", urn_of(finding, statement, i)}, {"resource", observation(finding, statement)}});
  }
  if (entries.empty()) return std::nullopt;
  return Json{{"resourceType", "Bundle"}, {"type", "collection"}, {"entry", std::move(entries)}};
}

}  // namespace galen
