#include "galen/serve/alert_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include "galen/serve/event_code.h"

namespace galen::serve {

std::string_view default_policy_json();  // embedded (galen/CMakeLists.txt)

namespace {

constexpr int most_events = 1000;        // for a count to look back over
constexpr double most_seconds = 86'400;  // for any time in a policy
constexpr std::size_t most_rules = 200;

double seconds_of(const JsonView& json, std::string_view key) {
  const double value = json.get<double>(key, 0.0);
  if (!(value >= 0 && value <= most_seconds)) {
    throw Error(json.where() + ": " + std::string(key), "is no time from 0 s to a day", fmt::format("{}", value));
  }
  return value;
}

std::string priority_of(const JsonView& json, int least) {
  const auto text = json.as<std::string>();
  if (rank_of_priority(text) < least) {
    throw Error(json.where(), "is no priority", text,
                least > 0 ? "write low, medium or high" : "write none, low, medium or high");
  }
  return text;
}

void read_judgement(const JsonView& json, AlertRule& rule) {
  const int ways = json.has("texts") + json.has("above") + json.has("below");
  if (ways > 1) throw Error(json.where(), "has more than one of 'texts', 'above' and 'below'");
  if (json.has("texts")) {
    rule.judged = Judged::text;
    const JsonView texts = json.at("texts");
    rule.texts = texts.as<std::vector<std::string>>();
    if (rule.texts.empty()) throw Error(texts.where(), "is empty");
  }
  for (const auto& [key, judged] : {std::pair{"above", Judged::above}, std::pair{"below", Judged::below}}) {
    if (!json.has(key)) continue;
    rule.judged = judged;
    rule.limit = json.get<double>(key);
    rule.clear = json.get<double>("clear", rule.limit);
    if (judged == Judged::above ? rule.clear > rule.limit : rule.clear < rule.limit) {
      throw Error(json.where() + ": clear", fmt::format("lies on the wrong side of '{}'", key),
                  fmt::format("{} and {}", rule.clear, rule.limit));
    }
  }
  if (json.has("clear") && rule.judged != Judged::above && rule.judged != Judged::below) {
    throw Error(json.where() + ": clear", "needs 'above' or 'below'");
  }
}

// A momentary event: no later event marks its end.
bool of_a_moment(const std::string& event) {
  constexpr std::array<std::string_view, 5> moments = {code::gap, code::late_data, code::clock_jump, code::overflow,
                                                       "beat"};
  return std::ranges::find(moments, event) != moments.end();
}

void read_count(const JsonView& json, AlertRule& rule) {
  rule.n = json.get<int>("n", 1);
  rule.within_seconds = seconds_of(json, "within_seconds");
  rule.m = json.get<int>("m", rule.n);
  rule.clear_n = json.get<int>("clear_n", rule.n - 1);
  if (rule.n < 1 || rule.m < rule.n || rule.m > most_events) {
    throw Error(json.where(), "needs 1 <= n <= m <= 1000", fmt::format("n {}, m {}", rule.n, rule.m));
  }
  if (rule.clear_n < 0 || rule.clear_n >= rule.n) {
    throw Error(json.where() + ": clear_n", "needs 0 <= clear_n < n", fmt::format("{}", rule.clear_n));
  }
  if (rule.within_seconds > 0 && (json.has("m") || json.has("clear_n"))) {
    throw Error(json.where(), "counts within a time: 'm' and 'clear_n' do not apply");
  }
  if (rule.judged != Judged::condition || rule.within_seconds > 0) return;
  const std::string remedy = "count it over a time: within_seconds";
  if (rule.m > 1) throw Error(json.where(), "counts a condition over events", {}, remedy);
  if (rule.priority != "none" && of_a_moment(rule.event)) {
    throw Error(json.where(), fmt::format("'{}' is of a moment: its alert would never end", rule.event), {}, remedy);
  }
}

AlertRule rule_from_json(const JsonView& json) {
  json.only({"event",
             "name",
             "text",
             "priority",
             "technical",
             "texts",
             "above",
             "below",
             "clear",
             "n",
             "m",
             "clear_n",
             "within_seconds",
             "hold_seconds",
             "clear_after_seconds",
             "refractory_seconds",
             "latching",
             "escalate_after_seconds",
             "escalate_to",
             "coding"});
  AlertRule rule;
  rule.event = json.get<std::string>("event");
  rule.name = json.get<std::string>("name", rule.event);
  if (rule.event.empty() || rule.name.empty()) throw Error(json.where(), "has an empty event or name");
  rule.text = json.get<std::string>("text", rule.name);
  rule.priority = priority_of(json.at("priority"), 0);
  rule.technical = json.get<bool>("technical", false);
  read_judgement(json, rule);
  read_count(json, rule);
  rule.hold_seconds = seconds_of(json, "hold_seconds");
  rule.clear_after_seconds = seconds_of(json, "clear_after_seconds");
  rule.refractory_seconds = seconds_of(json, "refractory_seconds");
  rule.latching = json.get<bool>("latching", false);
  rule.escalate_after_seconds = seconds_of(json, "escalate_after_seconds");
  if (json.has("escalate_to") != (rule.escalate_after_seconds > 0)) {
    throw Error(json.where(), "needs both 'escalate_after_seconds' and 'escalate_to', or neither");
  }
  if (json.has("escalate_to")) {
    rule.escalate_to = priority_of(json.at("escalate_to"), 1);
    if (rank_of_priority(rule.escalate_to) <= rank_of_priority(rule.priority)) {
      throw Error(json.where() + ": escalate_to", "is no higher than the priority", rule.escalate_to);
    }
  }
  if (json.has("coding")) {
    const JsonView coding = json.at("coding");
    coding.only({"system", "code", "display"});
    coding.get<std::string>("system"), coding.get<std::string>("code"), coding.get<std::string>("display", "");
    rule.coding = coding.json();
  }
  return rule;
}

}  // namespace

int rank_of_priority(const std::string& priority) {
  constexpr std::array<std::string_view, 4> names = {"none", "low", "medium", "high"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == priority) return static_cast<int>(i);
  }
  return -1;
}

AlertPolicy alert_policy_from_json(const JsonView& json) {
  json.only({"format", "name", "rules"});
  if (json.get<int>("format") != 1) throw Error(json.where(), "is of a format that this version does not know");
  AlertPolicy policy;
  policy.name = json.get<std::string>("name");
  const JsonView rules = json.at("rules");
  if (!rules.json().is_array() || rules.size() > most_rules) {
    throw Error(rules.where(), fmt::format("is no list of at most {} rules", most_rules));
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    policy.rules.push_back(rule_from_json(rules.at(i)));
    const std::string& name = policy.rules.back().name;
    if (!names.insert(name).second) {
      throw Error(rules.at(i).where(), "has the name of another rule", name, "give it a 'name' of its own");
    }
  }
  return policy;
}

AlertPolicy read_alert_policy(const fs::path& path) {
  Limits limits;
  limits.max_bytes = 1 << 20;
  return alert_policy_from_json({read_json(path, limits), path.string()});
}

AlertPolicy default_alert_policy() {
  return alert_policy_from_json({parse_json(default_policy_json(), "default_policy.json"), "default_policy.json"});
}

}  // namespace galen::serve
