#include "galen/serve/alert_machine.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::serve {
namespace {

AlertPolicy policy_of(const std::string& rules) {
  const Json json = parse_json(R"({"format": 1, "name": "test", "rules": [)" + rules + "]}", "test");
  return alert_policy_from_json({json, "test"});
}

Event event(const std::string& code, double at, double value = 1, const std::string& text = "") {
  return {at, at, code, text, "", value};
}

// Returns changes as text, "time code state" each, the time in tenths of a second.
class Machine {
 public:
  explicit Machine(const std::string& rules) : machine_(std::make_shared<AlertPolicy>(policy_of(rules))) {}
  std::string observe(const Event& e) { return told(machine_.observe(e)); }
  std::string advance(double to) { return told(machine_.advance(to)); }
  std::string wait(double seconds) { return told(machine_.wait(seconds)); }
  std::string acknowledge(const std::string& name) { return told(machine_.acknowledge(name)); }
  std::vector<Alert> last;

 private:
  std::string told(std::vector<Alert> alerts) {
    std::string text;
    for (const Alert& a : alerts) {
      text += (text.empty() ? "" : ", ") + std::to_string(std::lround(a.known_seconds * 10)) + " " + a.code + " " +
              name_of(a.state);
    }
    last = std::move(alerts);
    return text;
  }
  AlertMachine machine_;
};

TEST(AlertMachine, AConditionRaisesAndClears) {
  Machine m(R"({"event": "vt", "priority": "high", "text": "fast"})");
  EXPECT_EQ(m.observe(event("vt", 1)), "10 vt raised");
  EXPECT_EQ(m.last.front().priority, "high");
  EXPECT_EQ(m.last.front().text, "fast");
  EXPECT_EQ(m.observe(event("vt", 2)), "");  // begins twice
  EXPECT_EQ(m.observe(event("vt", 3, 0)), "30 vt cleared");
  EXPECT_EQ(m.last.front().number, 1);
  EXPECT_EQ(m.observe(event("vt", 4, 0)), "");
  EXPECT_EQ(m.observe(event("vt", 5, 1, "not validated")), "50 vt raised");
  EXPECT_EQ(m.last.front().number, 2);
  EXPECT_EQ(m.last.front().text, "fast (not validated)");
  m.observe(event("vt", 6, 0));
  m.observe(event("vt", 7, 1, "very fast, 150/min"));
  EXPECT_EQ(m.last.front().text, "very fast, 150/min");
  m.observe(event("vt", 8, 0, "very fast, over"));
  EXPECT_EQ(m.last.front().text, "very fast, 150/min") << "that it is over is the alert's state";
}

TEST(AlertMachine, HoldAndClearDelaysAreDueAtTheirOwnTimeHoweverTheStreamIsCut) {
  const std::string rule = R"({"event": "b", "priority": "low", "hold_seconds": 5, "clear_after_seconds": 2})";
  Machine whole(rule), cut(rule);
  EXPECT_EQ(whole.observe(event("b", 1)), "");
  EXPECT_EQ(whole.advance(100), "60 b raised");
  EXPECT_EQ(cut.observe(event("b", 1)), "");
  std::string told;
  for (double t = 1; t < 100; t += 0.3) told += cut.advance(t);
  EXPECT_EQ(told, "60 b raised");
  EXPECT_DOUBLE_EQ(whole.last.front().at_seconds, 1);
  EXPECT_EQ(whole.observe(event("b", 101, 0)), "");
  EXPECT_EQ(whole.observe(event("b", 102, 1)), "");  // back before it cleared
  EXPECT_EQ(whole.observe(event("b", 103, 0)), "");
  EXPECT_EQ(whole.advance(200), "1050 b cleared");
}

TEST(AlertMachine, WhatDoesNotLastDoesNotAlert) {
  Machine m(R"({"event": "b", "priority": "low", "hold_seconds": 5})");
  EXPECT_EQ(m.observe(event("b", 1)) + m.observe(event("b", 5.9, 0)) + m.advance(50), "");
}

TEST(AlertMachine, CountsNOfMWithHysteresis) {
  Machine m(R"({"event": "beat", "name": "v", "priority": "low", "texts": ["V", "F"], "n": 3, "m": 5, "clear_n": 1})");
  auto beats = [&, t = 0.0](const std::string& kinds) mutable {
    std::string told;
    for (const char kind : kinds) told += m.observe(event("beat", t += 1, 0.8, std::string(1, kind)));
    return told;
  };
  EXPECT_EQ(beats("VNFNN"), "");
  EXPECT_EQ(beats("VNNNN"), "");  // never 3 of 5
  EXPECT_EQ(beats("VFV"), "130 v raised");
  EXPECT_EQ(beats("NNN"), "");             // 2 of 5: above clear_n
  EXPECT_EQ(beats("N"), "170 v cleared");  // 1 of 5
}

TEST(AlertMachine, CountsWithinATimeAndForgetsByTimeAlone) {
  Machine m(R"({"event": "gap", "priority": "low", "technical": true, "n": 2, "within_seconds": 10})");
  EXPECT_EQ(m.observe(event("gap", 1)), "");
  EXPECT_EQ(m.observe(event("gap", 11)), "");  // the first is just too old
  EXPECT_EQ(m.observe(event("gap", 12)), "120 gap raised");
  EXPECT_TRUE(m.last.front().technical);
  EXPECT_EQ(m.advance(100), "210 gap cleared");
}

TEST(AlertMachine, ValuesHaveTwoLimits) {
  Machine m(R"({"event": "rate", "name": "fast", "priority": "medium", "above": 120, "clear": 110},
               {"event": "rate", "name": "slow", "priority": "medium", "below": 40, "clear": 45})");
  EXPECT_EQ(m.observe(event("rate", 1, 120)), "");
  EXPECT_EQ(m.observe(event("rate", 2, 121)), "20 fast raised");
  EXPECT_EQ(m.observe(event("rate", 3, 112)) + m.observe(event("rate", 4, 125)), "");
  EXPECT_EQ(m.observe(event("rate", 5, 109)), "50 fast cleared");
  EXPECT_EQ(m.observe(event("rate", 6, 115)), "");
  EXPECT_EQ(m.observe(event("rate", 7, 39)), "70 slow raised");
  EXPECT_EQ(m.observe(event("rate", 8, 44)), "");
  EXPECT_EQ(m.observe(event("rate", 9, 46)), "90 slow cleared");
}

TEST(AlertMachine, StaysQuietForTheRefractoryTimeAndThenTellsWhatStillHolds) {
  Machine m(R"({"event": "p", "priority": "low", "refractory_seconds": 10})");
  EXPECT_EQ(m.observe(event("p", 1)), "10 p raised");
  EXPECT_EQ(m.observe(event("p", 2, 0)), "20 p cleared");
  EXPECT_EQ(m.observe(event("p", 3)) + m.observe(event("p", 4, 0)), "");
  EXPECT_EQ(m.observe(event("p", 5)), "");
  EXPECT_EQ(m.advance(50), "120 p raised");
}

TEST(AlertMachine, LatchesUntilAcknowledged) {
  Machine m(R"({"event": "vf", "priority": "high", "latching": true})");
  EXPECT_EQ(m.observe(event("vf", 1)), "10 vf raised");
  EXPECT_EQ(m.observe(event("vf", 2, 0)), "20 vf latched");
  EXPECT_EQ(m.observe(event("vf", 3)), "30 vf raised");
  EXPECT_EQ(m.last.front().number, 1);  // the same alert
  EXPECT_EQ(m.observe(event("vf", 4, 0)), "40 vf latched");
  m.advance(5);
  EXPECT_EQ(m.acknowledge("vf"), "50 vf acknowledged, 50 vf cleared");
  EXPECT_EQ(m.acknowledge("vf"), "");
  EXPECT_EQ(m.observe(event("vf", 6)), "60 vf raised");
  EXPECT_EQ(m.acknowledge("*"), "60 vf acknowledged");
  EXPECT_EQ(m.observe(event("vf", 7, 0)), "70 vf cleared");
}

TEST(AlertMachine, WhatBeganAnewBehindALatchedAlertIsRaisedWhenThatIsAcknowledged) {
  Machine m(R"({"event": "vt", "priority": "high", "latching": true, "hold_seconds": 5})");
  m.observe(event("vt", 1));
  EXPECT_EQ(m.advance(7), "60 vt raised");
  EXPECT_EQ(m.observe(event("vt", 10, 0)), "100 vt latched");
  EXPECT_EQ(m.observe(event("vt", 60)), "");  // will have held long enough at 65 s
  m.advance(62);
  EXPECT_EQ(m.acknowledge("vt"), "620 vt acknowledged, 620 vt cleared");
  EXPECT_EQ(m.advance(70), "650 vt raised");
  EXPECT_EQ(m.last.front().number, 2);
}

TEST(AlertMachine, EscalatesOnceUnlessAcknowledged) {
  const std::string rule =
      R"({"event": "b", "priority": "low", "escalate_after_seconds": 30, "escalate_to": "high", "latching": true})";
  Machine m(rule);
  EXPECT_EQ(m.observe(event("b", 1)), "10 b raised");
  EXPECT_EQ(m.observe(event("b", 5, 0)), "50 b latched");  // a latched alert still waits to be acknowledged
  EXPECT_EQ(m.advance(100), "310 b escalated");
  EXPECT_EQ(m.last.front().priority, "high");
  EXPECT_EQ(m.acknowledge("b"), "1000 b acknowledged, 1000 b cleared");
  EXPECT_EQ(m.observe(event("b", 101)), "1010 b raised");
  EXPECT_EQ(m.last.front().priority, "low");
  EXPECT_EQ(m.acknowledge("b"), "1010 b acknowledged");
  EXPECT_EQ(m.advance(500), "");
}

TEST(AlertMachine, CodesWithoutARuleAlertWithTheirOwnPriorityAndNoneSilences) {
  Machine m(R"({"event": "quiet", "priority": "none"})");
  Event urgent = event("new_code", 1);
  urgent.priority = "high";
  EXPECT_EQ(m.observe(urgent), "10 new_code raised");
  EXPECT_EQ(m.observe(event("new_code", 2, 0)), "20 new_code cleared");
  EXPECT_EQ(m.observe(event("beat", 3)), "");
  Event silenced = event("quiet", 4);
  silenced.priority = "high";
  EXPECT_EQ(m.observe(silenced), "");
}

TEST(AlertMachine, AnEventKnownLateCountsFromNow) {
  Machine m(R"({"event": "b", "priority": "low"})");
  m.advance(10);
  EXPECT_EQ(m.observe(event("b", 8)), "100 b raised");
  EXPECT_DOUBLE_EQ(m.last.front().at_seconds, 8);
  EXPECT_EQ(m.observe(event("b", std::nan(""), 0)), "100 b cleared");
}

TEST(AlertPolicy, TheDefaultIsSound) {
  const AlertPolicy policy = default_alert_policy();
  EXPECT_GT(policy.rules.size(), 10u);
  EXPECT_EQ(policy.rules.front().event, "vf");
  EXPECT_EQ(policy.rules.front().priority, "high");
}

TEST(AlertPolicy, BehindALeadThatIsKnownToBeOffTheNextOnesAlertToo) {
  AlertMachine machine(std::make_shared<AlertPolicy>(default_alert_policy()));
  const auto codes = [](const std::vector<Alert>& alerts) {
    std::string text;
    for (const Alert& a : alerts) text += a.code + " " + name_of(a.state) + "; ";
    return text;
  };
  EXPECT_EQ(codes(machine.observe(event("lead_off", 1, 1, "V1"))), "lead_off raised; ");
  machine.acknowledge("lead_off");
  EXPECT_EQ(codes(machine.observe(event("lead_off", 9, 2, "II, V1"))), "several_leads_off raised; ");
  EXPECT_EQ(codes(machine.observe(event("lead_off", 20, 1, "V1"))), "");
  EXPECT_EQ(codes(machine.advance(23)), "several_leads_off cleared; ");
}

TEST(AlertPolicy, RefusesWhatContradictsItselfAndNamesThePlace) {
  const auto refusal = [](const std::string& rule) {
    try {
      policy_of(rule);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const std::string head = R"({"event": "b", "priority": "low")";
  EXPECT_EQ(refusal(head + "}"), "accepted");
  EXPECT_NE(refusal(R"({"event": "b"})").find("rules[0]: lacks 'priority'"), std::string::npos);
  EXPECT_NE(refusal(R"({"event": "b", "priority": "urgent"})").find("urgent"), std::string::npos);
  EXPECT_NE(refusal(head + R"(, "latch": true})").find("unknown key 'latch'"), std::string::npos);
  EXPECT_NE(refusal(head + "}, " + head + "}").find("rules[1]"), std::string::npos);
  for (const std::string moment : {"gap", "late_data", "clock_jump", "overflow", "beat"}) {
    const std::string start = R"({"event": ")" + moment + R"(", "priority": ")";
    EXPECT_NE(refusal(start + "low\"}").find("rules[0]: '" + moment + "' is of a moment"), std::string::npos);
    EXPECT_EQ(refusal(start + "low\", \"within_seconds\": 10}"), "accepted");
    EXPECT_EQ(refusal(start + "low\", \"above\": 5}"), "accepted");
    EXPECT_EQ(refusal(start + "none\"}"), "accepted");
  }
  for (const char* wrong :
       {R"(, "above": 1, "below": 2})", R"(, "above": 1, "clear": 2})", R"(, "below": 2, "clear": 1})",
        R"(, "clear": 1})", R"(, "texts": []})", R"(, "texts": ["V"], "n": 3, "m": 2})", R"(, "n": 0})",
        R"(, "n": 2, "m": 3})", R"(, "texts": ["V"], "n": 2, "m": 3, "clear_n": 2})",
        R"(, "n": 2, "m": 3, "within_seconds": 5})", R"(, "hold_seconds": -1})", R"(, "hold_seconds": 1e9})",
        R"(, "escalate_to": "high"})", R"(, "escalate_after_seconds": 5, "escalate_to": "low"})",
        R"(, "coding": {"code": "1"}})"}) {
    EXPECT_NE(refusal(head + wrong), "accepted") << wrong;
  }
}

TEST(AlertMachine, ASilenceLastsWhileTheStreamsClockStands) {
  Machine machine(R"({"event": "silence", "priority": "low", "hold_seconds": 10, "refractory_seconds": 30,
                      "escalate_after_seconds": 20, "escalate_to": "high"},
                     {"event": "fast", "priority": "medium", "hold_seconds": 5})");
  machine.observe(event("fast", 1));
  EXPECT_EQ(machine.observe(event("silence", 1)), "");
  EXPECT_EQ(machine.wait(9), "");
  EXPECT_EQ(machine.wait(10), "10 silence raised");
  EXPECT_EQ(machine.wait(29), "");
  EXPECT_EQ(machine.wait(30), "10 silence escalated");
  EXPECT_EQ(machine.observe(event("silence", 1, 0)), "10 silence cleared");
  EXPECT_EQ(machine.observe(event("silence", 2)), "");
  EXPECT_EQ(machine.wait(28), "");  // 1 s of the refractory time had passed
  EXPECT_EQ(machine.wait(29), "20 silence raised");
  EXPECT_EQ(machine.last[0].number, 2);
}

TEST(AlertMachine, ASilenceThatLatchedIsRaisedAgainWhenItLasts) {
  Machine machine(R"({"event": "silence", "priority": "low", "hold_seconds": 10, "latching": true})");
  machine.observe(event("silence", 1));
  EXPECT_EQ(machine.wait(10), "10 silence raised");
  EXPECT_EQ(machine.observe(event("silence", 1, 0)), "10 silence latched");
  EXPECT_EQ(machine.observe(event("silence", 5)) + machine.wait(9), "");
  EXPECT_EQ(machine.wait(10), "50 silence raised");
  EXPECT_EQ(machine.last[0].number, 1);
}

TEST(AlertMachine, WhileNothingArrivesOnlyWhatIsNotAcknowledgedGoesOn) {
  Machine machine(R"({"event": "vt", "priority": "medium", "escalate_after_seconds": 30, "escalate_to": "high"},
                     {"event": "pause", "priority": "medium", "escalate_after_seconds": 30, "escalate_to": "high"},
                     {"event": "fast", "priority": "medium", "hold_seconds": 5})");
  machine.observe(event("vt", 1));
  machine.observe(event("pause", 1));
  machine.acknowledge("pause");
  machine.observe(event("fast", 11));
  EXPECT_EQ(machine.wait(19.5), "");
  EXPECT_EQ(machine.wait(20), "110 vt escalated");
  EXPECT_EQ(machine.last[0].priority, "high");
  EXPECT_EQ(machine.wait(100), "");
  EXPECT_EQ(machine.advance(50), "160 fast raised");
}

}  // namespace
}  // namespace galen::serve
