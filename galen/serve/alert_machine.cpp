#include "galen/serve/alert_machine.h"

#include <algorithm>

#include "galen/serve/event_code.h"

namespace galen::serve {

constexpr std::size_t most_implied = 100;  // rules for codes that the policy does not know

AlertMachine::AlertMachine(std::shared_ptr<const AlertPolicy> policy) : policy_(std::move(policy)) {
  for (const AlertRule& rule : policy_->rules) states_.emplace_back(rule);
}

std::vector<Alert> AlertMachine::observe(const Event& event) {
  std::vector<Alert> out;
  advance(event.known_seconds, out);
  bool known = false;
  const auto judge = [&](RuleState& state) {
    if (state.rule().event != event.code) return;
    known = true;
    if (state.rule().priority != "none") state.observe(event, now_, numbers_, out);
  };
  std::for_each(states_.begin(), states_.end(), judge);
  if (!known && add_implied_rule(event)) judge(states_.back());
  if (known) find_next();
  return out;
}

std::vector<Alert> AlertMachine::advance(double to_seconds) {
  std::vector<Alert> out;
  advance(to_seconds, out);
  return out;
}

void AlertMachine::advance(double to_seconds, std::vector<Alert>& out) {
  while (next_ <= to_seconds) {
    now_ = std::max(now_, next_);
    for (RuleState& state : states_) {
      if (state.deadline() <= next_) state.advance(now_, numbers_, out);
    }
    find_next();
  }
  now_ = std::max(now_, to_seconds);
}

std::vector<Alert> AlertMachine::wait(double seconds) {
  std::vector<Alert> out;
  for (RuleState& state : states_) {
    if (state.rule().event == code::silence) state.raise_for_silence(now_, seconds, numbers_, out);
    state.escalate(now_, seconds, out);
  }
  if (!out.empty()) find_next();
  return out;
}

std::vector<Alert> AlertMachine::acknowledge(const std::string& name) {
  std::vector<Alert> out;
  for (RuleState& state : states_) {
    if (name == "*" || name == state.rule().name) state.acknowledge(now_, out);
  }
  find_next();
  return out;
}

void AlertMachine::find_next() {
  next_ = std::numeric_limits<double>::infinity();
  for (const RuleState& state : states_) next_ = std::min(next_, state.deadline());
}

std::vector<std::string> AlertMachine::standing() const {
  std::vector<std::string> out;
  for (const RuleState& state : states_) {
    if (state.stands()) out.push_back(state.rule().name);
  }
  return out;
}

bool AlertMachine::add_implied_rule(const Event& event) {
  if (rank_of_priority(event.priority) < 1 || implied_.size() >= most_implied) return false;
  AlertRule& rule = implied_.emplace_back();
  rule.event = rule.name = rule.text = event.code;
  rule.priority = event.priority;
  states_.emplace_back(rule);
  return true;
}

}  // namespace galen::serve
