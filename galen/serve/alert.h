#pragma once
// What is told of a patient: an alert and the states that it goes through.
#include <cstdint>
#include <string>

#include "galen/base/json.h"

namespace galen::serve {

/// raised; escalated to a higher priority, for nobody acknowledged it; acknowledged; latched: its condition ended, but
/// it stands until acknowledged; cleared.
enum class AlertState { raised, escalated, acknowledged, latched, cleared };
std::string name_of(AlertState state);

/// One change of one alert.
struct Alert {
  std::int64_t number = 0;  ///< counts a patient's alerts; the same from raised to cleared
  std::string code;         ///< the name of the rule
  AlertState state = AlertState::raised;
  std::string priority;      ///< "low", "medium", "high" (IEC 60601-1-8)
  bool technical = false;    ///< of the equipment (IEC 60601-1-8: technical alarm condition), not of the patient
  double at_seconds = 0;     ///< when the condition was there, on the patient's clock
  double known_seconds = 0;  ///< the sample that decided this change
  double value = 0;          ///< of the event that decided
  std::string text;  ///< the rule's, and in brackets the event's; the event's alone where it begins with the rule's
  Json coding = Json(nullptr);  ///< the site's code for it (FHIR Coding); null: none

  bool operator==(const Alert&) const = default;
};
Json to_json(const Alert& alert);

}  // namespace galen::serve
