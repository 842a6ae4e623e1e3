#include "galen/serve/rule_state.h"

#include <fmt/format.h>

#include <algorithm>

namespace galen::serve {

constexpr double never = std::numeric_limits<double>::infinity();

void RuleCount::observe(const Event& event, double now) {
  switch (rule_->judged) {
    case Judged::condition:
      on_ = event.value != 0;
      break;
    case Judged::text:
      on_ = std::find(rule_->texts.begin(), rule_->texts.end(), event.text) != rule_->texts.end();
      break;
    case Judged::above:
      on_ = event.value > rule_->limit || (on_ && event.value >= rule_->clear);
      break;
    case Judged::below:
      on_ = event.value < rule_->limit || (on_ && event.value <= rule_->clear);
      break;
  }
  if (rule_->within_seconds > 0) {
    if (on_) true_.push_back(now);
    if (std::ssize(true_) > rule_->n) true_.pop_front();
    return;
  }
  last_.push_back(on_);
  true_ones_ += on_;
  if (std::ssize(last_) > rule_->m) true_ones_ -= last_.front(), last_.pop_front();
  met_ = true_ones_ >= rule_->n || (met_ && true_ones_ > rule_->clear_n);
}

bool RuleCount::met(double now) const {
  return rule_->within_seconds > 0 ? now < expires() : met_;
}

double RuleCount::expires() const {
  if (rule_->within_seconds == 0) return never;
  return std::ssize(true_) == rule_->n ? true_.front() + rule_->within_seconds : -never;
}

void RuleState::observe(const Event& event, double now, std::int64_t& numbers, std::vector<Alert>& out) {
  count_.observe(event, now);
  if (const bool met = count_.met(now); met != met_) {
    happened_at_ = event.at_seconds, value_ = event.value;
    if (met) text_ = event.text;
  }
  step(now, numbers, out);
}

void RuleState::advance(double now, std::int64_t& numbers, std::vector<Alert>& out) {
  if (count_.met(now) != met_) happened_at_ = now;
  step(now, numbers, out);
}

void RuleState::step(double now, std::int64_t& numbers, std::vector<Alert>& out) {
  if (const bool met = count_.met(now); met != met_) met_ = met, changed_at_ = now;
  if (phase_ != Phase::quiet) {
    step_alert(now, out);
  } else if (met_ && now >= changed_at_ + rule_->hold_seconds && now >= quiet_until_) {
    raise(now, 0, numbers, out);
  }
}

void RuleState::raise(double now, double waited, std::int64_t& numbers, std::vector<Alert>& out) {
  phase_ = Phase::raised;
  number_ = ++numbers;
  raised_at_ = now + waited;
  escalated_ = false;
  tell(AlertState::raised, happened_at_, now, out);
}

// A latched alert that is raised again keeps its number.
void RuleState::raise_again(double now, std::vector<Alert>& out) {
  phase_ = Phase::raised;
  tell(AlertState::raised, happened_at_, now, out);
}

void RuleState::step_alert(double now, std::vector<Alert>& out) {
  if (phase_ == Phase::latched) {
    if (met_ && now >= changed_at_ + rule_->hold_seconds) raise_again(now, out);
  } else if (!met_ && now >= changed_at_ + rule_->clear_after_seconds) {
    if (!rule_->latching || phase_ == Phase::acknowledged) return end(happened_at_, now, out);
    phase_ = Phase::latched;
    tell(AlertState::latched, happened_at_, now, out);
  }
  escalate(now, 0, out);
}

void RuleState::raise_for_silence(double now, double waited, std::int64_t& numbers, std::vector<Alert>& out) {
  const double then = now + waited;
  if (!met_ || then < changed_at_ + rule_->hold_seconds) return;
  if (phase_ == Phase::latched) return raise_again(now, out);
  if (phase_ == Phase::quiet && then >= quiet_until_) raise(now, waited, numbers, out);
}

void RuleState::escalate(double now, double waited, std::vector<Alert>& out) {
  if (!escalates() || now + waited < raised_at_ + rule_->escalate_after_seconds) return;
  escalated_ = true;
  tell(AlertState::escalated, now, now, out);
}

double RuleState::deadline() const {
  double next = met_ ? count_.expires() : never;
  if (phase_ == Phase::quiet) {
    return met_ ? std::min(next, std::max(changed_at_ + rule_->hold_seconds, quiet_until_)) : never;
  }
  if (escalates()) next = std::min(next, raised_at_ + rule_->escalate_after_seconds);
  if (phase_ == Phase::latched) return met_ ? std::min(next, changed_at_ + rule_->hold_seconds) : next;
  return met_ ? next : std::min(next, changed_at_ + rule_->clear_after_seconds);
}

bool RuleState::acknowledge(double now, std::vector<Alert>& out) {
  if (phase_ != Phase::raised && phase_ != Phase::latched) return false;
  const bool over = phase_ == Phase::latched;
  phase_ = Phase::acknowledged;
  tell(AlertState::acknowledged, now, now, out);
  if (over) end(now, now, out);  // a condition that has begun again raises an alert of its own, once it has held
  return true;
}

bool RuleState::escalates() const {
  return !escalated_ && rule_->escalate_after_seconds > 0 && (phase_ == Phase::raised || phase_ == Phase::latched);
}

void RuleState::end(double at, double now, std::vector<Alert>& out) {
  tell(AlertState::cleared, at, now, out);
  phase_ = Phase::quiet;
  quiet_until_ = now + rule_->refractory_seconds;
}

void RuleState::tell(AlertState state, double at, double now, std::vector<Alert>& out) const {
  Alert alert;
  alert.number = number_;
  alert.code = rule_->name;
  alert.state = state;
  alert.priority = escalated_ ? rule_->escalate_to : rule_->priority;
  alert.technical = rule_->technical;
  alert.at_seconds = at;
  alert.known_seconds = now;
  alert.value = value_;
  const bool said = text_.find(rule_->text) != std::string::npos;  // the event's text includes the rule's
  alert.text = text_.empty() ? rule_->text : said ? text_ : fmt::format("{} ({})", rule_->text, text_);
  alert.coding = rule_->coding;
  out.push_back(std::move(alert));
}

}  // namespace galen::serve
