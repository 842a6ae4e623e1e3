#pragma once
// One rule applied to one patient: its counts so far and the state of its alert.
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "galen/pipeline/session.h"
#include "galen/serve/alert.h"
#include "galen/serve/alert_policy.h"

namespace galen::serve {

/// Judges and counts events: whether the rule's condition is met.
class RuleCount {
 public:
  explicit RuleCount(const AlertRule& rule) : rule_(&rule) {}
  void observe(const Event& event, double now);
  bool met(double now) const;
  double expires() const;  ///< when it ends by time alone; infinity: never

 private:
  const AlertRule* rule_;
  bool on_ = false, met_ = false;  // by the last event; by the last m
  int true_ones_ = 0;
  std::deque<bool> last_;    // the last m events
  std::deque<double> true_;  // when the last n true events became known
};

/// The alert of a rule. Times are on the patient's clock and never go back.
class RuleState {
 public:
  /// The rule must outlive it.
  explicit RuleState(const AlertRule& rule) : rule_(&rule), count_(rule) {}
  const AlertRule& rule() const { return *rule_; }

  /// numbers: the patient's count of alerts so far. Changes are appended to out.
  void observe(const Event& event, double now, std::int64_t& numbers, std::vector<Alert>& out);
  /// Makes the changes due by time alone; to be called with now = deadline().
  void advance(double now, std::int64_t& numbers, std::vector<Alert>& out);
  double deadline() const;
  /// For a silence that lasts: raises the alert once it has lasted long enough, including the waited seconds during
  /// which now stood still.
  void raise_for_silence(double now, double waited, std::int64_t& numbers, std::vector<Alert>& out);
  /// Escalates the alert if that is due, including the waited seconds in which nothing arrived and now stood still.
  void escalate(double now, double waited, std::vector<Alert>& out);
  /// False: there is nothing to acknowledge.
  bool acknowledge(double now, std::vector<Alert>& out);
  bool stands() const { return phase_ != Phase::quiet; }

 private:
  enum class Phase { quiet, raised, acknowledged, latched };
  void step(double now, std::int64_t& numbers, std::vector<Alert>& out);
  void step_alert(double now, std::vector<Alert>& out);
  void raise(double now, double waited, std::int64_t& numbers, std::vector<Alert>& out);
  void raise_again(double now, std::vector<Alert>& out);
  bool escalates() const;
  void tell(AlertState state, double at, double now, std::vector<Alert>& out) const;
  void end(double at, double now, std::vector<Alert>& out);

  const AlertRule* rule_;
  RuleCount count_;
  Phase phase_ = Phase::quiet;
  bool met_ = false, escalated_ = false;
  double changed_at_ = 0, happened_at_ = 0;  // when met_ changed, and when the cause of that occurred
  double raised_at_ = 0;
  double quiet_until_ = -std::numeric_limits<double>::infinity();
  std::int64_t number_ = 0;
  double value_ = 0;  // of the deciding event
  std::string text_;  // of the event that met the condition
};

}  // namespace galen::serve
