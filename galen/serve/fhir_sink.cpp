#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <map>

#include "galen/serve/event_code.h"
#include "galen/serve/sinks.h"

namespace galen::serve {
namespace {

// This machine's time as a FHIR instant.
std::string now_text() {
  const std::time_t now = std::time(nullptr);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

class FhirSink final : public Sink {
 public:
  FhirSink(WriteLine write, std::string device) : write_(std::move(write)), device_(std::move(device)) {}
  void write(const Notice& notice) override {
    if (const auto* alert = std::get_if<Alert>(&notice.what)) return write_alert(notice, *alert);
    if (std::get<Event>(notice.what).code == code::closed) write_ends(notice.patient);
  }

 private:
  void write_alert(const Notice& notice, const Alert& alert) {
    issue(fhir_observation(notice, alert, device_));
    if (alert.state == AlertState::cleared)
      standing_[notice.patient].erase(alert.number);
    else
      standing_[notice.patient].insert_or_assign(alert.number, notice);
  }

  // Marks alerts that still stand as no longer observed.
  void write_ends(const std::string& patient) {
    const auto standing = standing_.extract(patient);
    if (standing.empty()) return;
    for (const auto& [number, notice] : standing.mapped()) {
      Json observation = fhir_observation(notice, std::get<Alert>(notice.what), device_);
      observation["status"] = "final";
      observation["note"] = {{{"text", "monitoring ended"}}};
      issue(std::move(observation));
    }
  }

  void issue(Json observation) {
    observation["issued"] = now_text();
    write_(to_text(observation));
  }

  WriteLine write_;
  std::string device_;
  std::map<std::string, std::map<std::int64_t, Notice>> standing_;  // by patient and number
};

Json component(const char* name, const Json& value) {
  Json out = {{"code", {{"text", name}}}};
  out.update(value);
  return out;
}

}  // namespace

std::unique_ptr<Sink> fhir_sink(WriteLine write, const std::string& device) {
  return std::make_unique<FhirSink>(std::move(write), device);
}

std::string time_after(const std::string& started_at, double seconds) {
  std::tm begin{};
  const char* rest = ::strptime(started_at.c_str(), "%Y-%m-%dT%H:%M:%S", &begin);
  if (rest == nullptr) return {};
  double fraction = 0;
  if (*rest == '.') {
    char* end = nullptr;
    fraction = std::strtod(rest, &end);
    rest = end;
  }
  const std::int64_t millis = std::llround((seconds + fraction) * 1000);
  const std::time_t whole = ::timegm(&begin) + static_cast<std::time_t>(std::floor(static_cast<double>(millis) / 1000));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}{}", fmt::gmtime(whole), ((millis % 1000) + 1000) % 1000, rest);
}

Json fhir_observation(const Notice& notice, const Alert& alert, const std::string& device) {
  const bool over = alert.state == AlertState::cleared;
  Json coding = Json::array();
  if (!alert.coding.is_null()) coding.push_back(alert.coding);
  coding.push_back({{"system", "urn:galen:alert"}, {"code", alert.code}});
  Json out = {
      {"resourceType", "Observation"},
      {"identifier", {{{"system", "urn:galen:alert"}, {"value", fmt::format("{}/{}", notice.patient, alert.number)}}}},
      {"status", over ? "final" : "preliminary"},
      {"category",
       {{{"coding",
          {{{"system", "http://terminology.hl7.org/CodeSystem/observation-category"}, {"code", "procedure"}}}}}}},
      {"code", {{"coding", coding}, {"text", alert.text}}},
      {"subject", {{"identifier", {{"value", notice.patient}}}}}};
  // A time without a zone is not a FHIR dateTime: it is omitted rather than guessed.
  const std::string at = time_after(notice.started_at, alert.at_seconds);
  constexpr std::size_t zone_at = 23;  // length of "2026-01-02T03:04:05.000"
  const std::string zone = at.size() > zone_at ? at.substr(zone_at) : "";
  const bool zoned =
      zone == "Z" || (zone.size() == 6 && zone.find_first_of("+-") == 0 && zone[3] == ':');  // as R4 requires
  if (zoned) out["effectiveDateTime"] = at;
  out["valueString"] = alert.text;
  // Interprets the patient's state: a technical alert says nothing about it.
  if (!alert.technical && (alert.priority == "high" || alert.priority == "medium")) {
    out["interpretation"] = {{{"coding",
                               {{{"system", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"},
                                 {"code", alert.priority == "high" ? "AA" : "A"}}}}}};
  }
  out["device"] = {{"display", device}};
  out["component"] = Json::array(
      {component("alarm state", {{"valueString", name_of(alert.state)}}),
       component("alarm priority (IEC 60601-1-8)", {{"valueString", alert.priority}}),
       component("alarm kind (IEC 60601-1-8)", {{"valueString", alert.technical ? "technical" : "physiological"}}),
       component(
           "since the stream's beginning",
           {{"valueQuantity",
             {{"value", alert.at_seconds}, {"unit", "s"}, {"system", "http://unitsofmeasure.org"}, {"code", "s"}}}})});
  return out;
}

}  // namespace galen::serve
