#pragma once
// Which events alert, declared in JSON (docs/monitor.md): conditions, counts, hysteresis, priorities.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen::serve {

/// How one event of a rule's code is judged.
enum class Judged {
  condition,  ///< value not 0: it begins; 0: it ends
  text,       ///< true where the event's text is among `texts`
  above,      ///< true over `limit`, false under `clear`, between them as before
  below,      ///< true under `limit`, false over `clear`
};

struct AlertRule {
  std::string event;  ///< code of the events that it judges
  std::string name;   ///< code of its alerts; unique
  std::string text;
  std::string priority;  ///< "low", "medium", "high"; "none": these events never alert
  bool technical = false;

  Judged judged = Judged::condition;
  std::vector<std::string> texts;
  double limit = 0, clear = 0;

  int n = 1, m = 1;           ///< raised at n true ones of the last m events
  int clear_n = 0;            ///< and over at that many or fewer
  double within_seconds = 0;  ///< instead of m: n true ones within that time; over as they grow old

  double hold_seconds = 0;            ///< it must last so long before it alerts
  double clear_after_seconds = 0;     ///< it must be over so long before the alert clears
  double refractory_seconds = 0;      ///< after an alert is over, none of this rule for so long
  bool latching = false;              ///< stands until acknowledged
  double escalate_after_seconds = 0;  ///< not acknowledged for so long: escalate_to; 0: never
  std::string escalate_to;
  Json coding = Json(nullptr);  ///< FHIR Coding that the site gives it
};

/// Immutable, shared by the patients.
struct AlertPolicy {
  std::string name;
  std::vector<AlertRule> rules;
};

/// 0 for none, 1 low, 2 medium, 3 high; -1: no priority.
int rank_of_priority(const std::string& priority);

/// Errors: keys that there are not, limits that contradict each other, two rules of one name; they name the place.
AlertPolicy alert_policy_from_json(const JsonView& json);
AlertPolicy read_alert_policy(const fs::path& path);
/// That of default_policy.json.
AlertPolicy default_alert_policy();

}  // namespace galen::serve
