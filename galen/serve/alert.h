#pragma once
// Alerts about a patient, and the states they go through.
#include <cstdint>
#include <string>

#include "galen/base/json.h"

namespace galen::serve {

/// escalated: to a higher priority, because nobody acknowledged it; latched: the condition has ended, but the alert
/// stands until acknowledged.
enum class AlertState { raised, escalated, acknowledged, latched, cleared };
std::string name_of(AlertState state);

/// One change of one alert.
struct Alert {
  std::int64_t number = 0;  ///< counts the patient's alerts; the same from raised to cleared
  std::string code;         ///< the name of the rule
  AlertState state = AlertState::raised;
  std::string priority;      ///< "low", "medium", "high" (IEC 60601-1-8)
  bool technical = false;    ///< about the equipment (IEC 60601-1-8: technical alarm condition), not the patient
  double at_seconds = 0;     ///< when the condition occurred, on the patient's clock
  double known_seconds = 0;  ///< time of the sample that decided this change
  double value = 0;          ///< of the deciding event
  std::string text;  ///< the rule's, with the raising event's in brackets; only the event's if it includes the rule's
  Json coding = Json(nullptr);  ///< the site's code for it (FHIR Coding); null: none

  bool operator==(const Alert&) const = default;
};
Json to_json(const Alert& alert);

}  // namespace galen::serve
