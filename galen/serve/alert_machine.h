#pragma once
// A policy at work on one patient: events and time go in, changes of alerts come out. Pure: the same in, the same out,
// however the stream was cut.
#include <deque>

#include "galen/serve/rule_state.h"

namespace galen::serve {

class AlertMachine {
 public:
  explicit AlertMachine(std::shared_ptr<const AlertPolicy> policy);

  /// An event of a code without a rule alerts, as a condition, with the priority that it carries, if any. Time passes
  /// to its known_seconds first; one that is known late counts from now.
  std::vector<Alert> observe(const Event& event);
  /// Time passes: what lasts long enough, grows old or is left unacknowledged changes at the time that it is due.
  std::vector<Alert> advance(double to_seconds);
  /// Nothing arrives for so long: the patient's clock stands, since what lasts and what is over is not known; but the
  /// silence itself lasts, and what nobody acknowledged escalates, as if that time had passed.
  std::vector<Alert> wait(double seconds);
  /// Of the rule with that name, or of all with "*". Empty: nothing of it stands unacknowledged.
  std::vector<Alert> acknowledge(const std::string& name);
  std::vector<std::string> standing() const;  ///< names of the rules whose alerts stand

 private:
  void advance(double to_seconds, std::vector<Alert>& out);
  bool add_implied_rule(const Event& event);
  void find_next();

  std::shared_ptr<const AlertPolicy> policy_;
  std::deque<AlertRule> implied_;  // of codes that the policy does not know; a deque keeps their places
  std::vector<RuleState> states_;
  std::int64_t numbers_ = 0;
  double now_ = 0, next_ = std::numeric_limits<double>::infinity();
};

}  // namespace galen::serve
