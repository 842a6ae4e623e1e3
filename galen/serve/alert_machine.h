#pragma once
// Applies a policy to one patient: events and time go in, changes of alerts come out. Pure: the same input gives the
// same output, however the stream is divided.
#include <deque>

#include "galen/serve/rule_state.h"

namespace galen::serve {

class AlertMachine {
 public:
  explicit AlertMachine(std::shared_ptr<const AlertPolicy> policy);

  /// Time first advances to the event's known_seconds; an event that became known late counts from now. An event whose
  /// code has no rule alerts as a condition, with its own priority if it has one.
  std::vector<Alert> observe(const Event& event);
  /// Advances the time: conditions that last, counts that expire and unacknowledged alerts change when they are due.
  std::vector<Alert> advance(double to_seconds);
  /// Nothing has arrived for this long. The patient's clock stands still, since it is unknown which conditions still
  /// hold; but the silence itself lasts, and unacknowledged alerts escalate, as if that time had passed.
  std::vector<Alert> wait(double seconds);
  /// Acknowledges the alert of the named rule, or all with "*". Empty: none of them stands unacknowledged.
  std::vector<Alert> acknowledge(const std::string& name);
  std::vector<std::string> standing() const;  ///< names of the rules whose alerts stand

 private:
  void advance(double to_seconds, std::vector<Alert>& out);
  bool add_implied_rule(const Event& event);
  void find_next();

  std::shared_ptr<const AlertPolicy> policy_;
  std::deque<AlertRule> implied_;  // for codes that the policy does not know; a deque keeps their addresses
  std::vector<RuleState> states_;
  std::int64_t numbers_ = 0;
  double now_ = 0, next_ = std::numeric_limits<double>::infinity();
};

}  // namespace galen::serve
