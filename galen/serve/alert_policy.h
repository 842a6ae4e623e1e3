#pragma once
// Which events raise alerts, declared in JSON (docs/monitor.md): conditions, counts, hysteresis, priorities.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen::serve {

/// How one event of a rule's code is judged.
enum class Judged {
  condition,  ///< begins with a value other than 0, ends with 0
  text,       ///< true if the event's text is among `texts`
  above,      ///< true above `limit`, false below `clear`, unchanged in between
  below,      ///< true below `limit`, false above `clear`, unchanged in between
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

  int n = 1, m = 1;           ///< raised when n of the last m events are true
  int clear_n = 0;            ///< and over when at most this many are
  double within_seconds = 0;  ///< instead of m: n true events within this time; over as they expire

  double hold_seconds = 0;            ///< the condition must last this long before it alerts
  double clear_after_seconds = 0;     ///< the condition must be over this long before the alert clears
  double refractory_seconds = 0;      ///< after an alert has cleared, the rule raises none for this long
  bool latching = false;              ///< stands until acknowledged
  double escalate_after_seconds = 0;  ///< unacknowledged for this long: escalate_to; 0: never
  std::string escalate_to;
  Json coding = Json(nullptr);  ///< FHIR Coding assigned by the site
};

/// Immutable; shared by all patients.
struct AlertPolicy {
  std::string name;
  std::vector<AlertRule> rules;
};

/// 0 for none, 1 low, 2 medium, 3 high; -1: not a priority.
int rank_of_priority(const std::string& priority);

/// Errors, with their place: unknown keys, contradictory limits, two rules of the same name.
AlertPolicy alert_policy_from_json(const JsonView& json);
AlertPolicy read_alert_policy(const fs::path& path);
/// The policy in default_policy.json.
AlertPolicy default_alert_policy();

}  // namespace galen::serve
