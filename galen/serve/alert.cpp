#include "galen/serve/alert.h"

namespace galen::serve {

std::string name_of(AlertState state) {
  switch (state) {
    case AlertState::raised:
      return "raised";
    case AlertState::escalated:
      return "escalated";
    case AlertState::acknowledged:
      return "acknowledged";
    case AlertState::latched:
      return "latched";
    case AlertState::cleared:
      return "cleared";
  }
  throw defect("alert", "has no such state");
}

Json to_json(const Alert& alert) {
  Json json = {{"alert", alert.number},
               {"code", alert.code},
               {"state", name_of(alert.state)},
               {"priority", alert.priority},
               {"kind", alert.technical ? "technical" : "physiological"},
               {"at_seconds", alert.at_seconds},
               {"known_seconds", alert.known_seconds},
               {"value", alert.value},
               {"text", alert.text}};
  if (!alert.coding.is_null()) json["coding"] = alert.coding;
  return json;
}

}  // namespace galen::serve
