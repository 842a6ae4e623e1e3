#include "galen/serve/sinks.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "galen/base/descriptor.h"
#include "galen/serve/fake_session_test.h"
#include "galen/serve/latency.h"
#include "galen/serve/sources.h"

namespace galen::serve {
namespace {

Notice notice_of(AlertState state, const std::string& start = "2026-01-02T23:59:58.5Z") {
  Alert alert;
  alert.number = 3;
  alert.code = "vt";
  alert.state = state;
  alert.priority = "high";
  alert.at_seconds = 61.25;
  alert.known_seconds = 62;
  alert.text = "ventricular\ntachycardia";
  return {"bed-1", start, alert};
}

struct Kept {
  std::string text;
  WriteLine write = [this](const std::string& line) { text += line + "\n"; };
};

TEST(Sinks, TheTerminalShowsAlertsInOneLineAndNoBeats) {
  Kept kept;
  const auto sink = terminal_sink(kept.write, false);
  sink->write(notice_of(AlertState::raised));
  sink->write({"bed-1", "", Event{1, 1, "beat", "N", "", 0.8}});
  sink->write({"bed-1", "", Event{3601.5, 3602, "gap", "2 s are missing", "", 2}});
  sink->write({"bed-1", "", Event{7199.9996, 7199.9996, "closed", "", "", 0}});
  EXPECT_EQ(kept.text,
            "00:01:02.000  bed-1  high   raised: ventricular tachycardia\n"
            "01:00:02.000  bed-1         gap: 2 s are missing\n"
            "02:00:00.000  bed-1         closed\n");
}

TEST(Sinks, TheTerminalShowsWhenAnAlertChangedAndSinceWhenItsConditionHolds) {
  Kept kept;
  const auto sink = terminal_sink(kept.write, false);
  for (const AlertState state : {AlertState::raised, AlertState::latched, AlertState::cleared}) {
    Notice notice = notice_of(state);
    std::get<Alert>(notice.what).known_seconds = 66.25;
    sink->write(notice);
  }
  EXPECT_EQ(kept.text,
            "00:01:06.250  bed-1  high   raised: ventricular tachycardia, since 00:01:01.250\n"
            "00:01:06.250  bed-1  high   latched: ventricular tachycardia, over since 00:01:01.250\n"
            "00:01:06.250  bed-1  high   cleared: ventricular tachycardia, over since 00:01:01.250\n");
}

TEST(Sinks, NdjsonHoldsEverythingAndNothingOfTheMachine) {
  Kept kept;
  const auto sink = ndjson_sink(kept.write);
  sink->write(notice_of(AlertState::latched));
  sink->write({"bed-1", "", Event{1, 1.5, "beat", "N\xff", "", 0.8}});
  const auto newline = kept.text.find('\n');
  const Json alert = parse_json(kept.text.substr(0, newline), "alert"),
             event = parse_json(kept.text.substr(newline), "event");
  EXPECT_EQ(alert["state"], "latched");
  EXPECT_EQ(alert["patient"], "bed-1");
  EXPECT_EQ(event["event"], "beat");
  EXPECT_EQ(event["known_seconds"], 1.5);
}

TEST(Sinks, FhirObservationsShareAnIdentifierAndKeepTheTimeZone) {
  const Notice raised = notice_of(AlertState::raised), cleared = notice_of(AlertState::cleared);
  const Json first = fhir_observation(raised, std::get<Alert>(raised.what), "ecg-rhythm 1.0");
  const Json last = fhir_observation(cleared, std::get<Alert>(cleared.what), "ecg-rhythm 1.0");
  EXPECT_EQ(first["resourceType"], "Observation");
  EXPECT_EQ(first["status"], "preliminary");
  EXPECT_EQ(last["status"], "final");
  EXPECT_EQ(first["identifier"], last["identifier"]);
  EXPECT_EQ(first["identifier"][0]["value"], "bed-1/3");
  EXPECT_EQ(first["effectiveDateTime"], "2026-01-03T00:00:59.750Z");
  EXPECT_EQ(first["interpretation"][0]["coding"][0]["code"], "AA");
  EXPECT_EQ(first["component"].size(), 4u);
  EXPECT_TRUE(first["category"].is_array() && first["category"][0]["coding"].is_array());
  const Notice unzoned = notice_of(AlertState::raised, "2026-01-02T23:59:58");
  EXPECT_FALSE(fhir_observation(unzoned, std::get<Alert>(unzoned.what), "x").contains("effectiveDateTime"));
  const Notice odd = notice_of(AlertState::raised, "2026-01-02T23:59:58+0100");  // not in FHIR's form of a zone
  EXPECT_FALSE(fhir_observation(odd, std::get<Alert>(odd.what), "x").contains("effectiveDateTime"));
  const Notice zoned = notice_of(AlertState::raised, "2026-01-02T23:59:58+01:00");
  EXPECT_TRUE(fhir_observation(zoned, std::get<Alert>(zoned.what), "x").contains("effectiveDateTime"));
  EXPECT_EQ(time_after("2026-01-02T23:59:58+01:00", 3), "2026-01-03T00:00:01.000+01:00");
  EXPECT_EQ(time_after("", 3), "");
}

TEST(Sinks, FhirSaysThatNobodyObservesWhatStandsAtTheEnd) {
  Kept kept;
  const auto sink = fhir_sink(kept.write, "x");
  const auto lines = [&] {
    std::vector<Json> out;
    for (std::size_t at = 0, end = 0; (end = kept.text.find('\n', at)) != std::string::npos; at = end + 1) {
      out.push_back(parse_json(kept.text.substr(at, end - at), "line"));
    }
    kept.text.clear();
    return out;
  };
  const Notice closed = {"bed-1", "", Event{99, 99, "closed", "active alerts: vt", "", 1}};
  sink->write(notice_of(AlertState::raised));
  sink->write({"bed-2", "", Event{99, 99, "closed", "", "", 0}});
  EXPECT_EQ(lines().size(), 1u);
  sink->write(closed);
  const std::vector<Json> ends = lines();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0]["identifier"][0]["value"], "bed-1/3");
  EXPECT_EQ(ends[0]["status"], "final");
  EXPECT_EQ(ends[0]["note"][0]["text"], "monitoring ended");
  EXPECT_EQ(ends[0]["effectiveDateTime"], "2026-01-03T00:00:59.750Z");
  EXPECT_TRUE(ends[0].contains("issued"));
  sink->write(closed);
  EXPECT_TRUE(lines().empty());
  sink->write(notice_of(AlertState::raised));
  sink->write(notice_of(AlertState::cleared));
  sink->write(closed);
  EXPECT_EQ(lines().size(), 2u);
}

TEST(Sinks, FhirInterpretsThePatientNotTheEquipment) {
  Notice notice = notice_of(AlertState::raised);
  std::get<Alert>(notice.what).technical = true;
  EXPECT_FALSE(fhir_observation(notice, std::get<Alert>(notice.what), "x").contains("interpretation"));
}

TEST(Sinks, AFileIsNotOverwrittenAndAFullDiskIsAnError) {
  TemporaryFolder folder;
  const fs::path path = folder.path() / "alerts.ndjson";
  write_to_file(path, false)("one");
  EXPECT_EQ(read_text(path), "one\n");
  EXPECT_THROW(write_to_file(path, false), Error);
  EXPECT_NO_THROW(write_to_file(path, true));
  EXPECT_THROW(write_to_file(folder.path() / "none" / "a", false), Error);
  if (fs::exists("/dev/full")) {
    const WriteLine full = write_to_file("/dev/full", true);
    EXPECT_THROW(full("x"), Error);
  }
}

TEST(Sinks, StandardOutputThatTakesNothingIsAnErrorOfItsLine) {
  const Descriptor full(::open("/dev/full", O_WRONLY));
  if (full.get() < 0) GTEST_SKIP() << "there is no /dev/full";
  std::fflush(stdout);
  const Descriptor own(::dup(STDOUT_FILENO));
  ::dup2(full.get(), STDOUT_FILENO);
  std::string problem;
  try {
    write_to_standard_output()("one");
  } catch (const Error& error) {
    problem = error.what();
  }
  std::clearerr(stdout);
  ::dup2(own.get(), STDOUT_FILENO);
  EXPECT_EQ(problem, "standard output: cannot be written (No space left on device)");
}

TEST(Latency, QuantilesAreWithinTwoPerCent) {
  LatencyHistogram all, half;
  EXPECT_EQ(all.quantile(0.99), 0);
  for (int i = 1; i <= 500; ++i) all.add(i * 1e-3), half.add((500 + i) * 1e-3);
  all.add(half);
  EXPECT_EQ(all.count(), 1000u);
  EXPECT_NEAR(all.quantile(0.5), 0.5, 0.011);
  EXPECT_NEAR(all.quantile(0.99), 0.99, 0.021);
  EXPECT_DOUBLE_EQ(all.quantile(1), 1);
  all.add(1e9);
  EXPECT_DOUBLE_EQ(all.quantile(1), 1e9);
}

TEST(Latency, SinceIsWhatCameBehind) {
  LatencyHistogram first;
  for (int i = 0; i < 100; ++i) first.add(1);
  LatencyHistogram all = first;
  for (int i = 0; i < 50; ++i) all.add(0.01);
  const LatencyHistogram later = all.since(first);
  EXPECT_EQ(later.count(), 50u);
  EXPECT_NEAR(later.quantile(0.99), 0.01, 0.0003);
}

// Feeds the lines through a pipe, like standard input.
std::string run_lines(FakeWard& ward, const std::string& lines) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  Descriptor in(ends[0]), out(ends[1]);
  std::thread writer([&] {
    (void)!::write(out.get(), lines.data(), lines.size());
    out = Descriptor();
  });
  std::string problem;
  try {
    line_source(in.get(), "standard input")->run(*ward.hub);
  } catch (const Error& error) {
    problem = error.what();
  }
  in = Descriptor();
  writer.join();
  ward.hub->finish();
  return problem;
}

TEST(LineSource, ReadsPatientsOneAfterAnother) {
  FakeWard ward;
  EXPECT_EQ(
      run_lines(ward,
                "# a ward\nopen a rate=100 channels=II\ns 0 1 0 0\nclose\nopen b rate=100 channels=II\ns 0 1 0 1"),
      "");
  EXPECT_EQ(ward.heard->words("a"), (std::vector<std::string>{"0.00 beat", "0.03 closed"}));
  EXPECT_EQ(ward.heard->words("b"), (std::vector<std::string>{"0.00 beat", "0.02 beat", "0.03 closed"}));
}

TEST(LineSource, RefusesAnythingElse) {
  FakeWard ward;
  EXPECT_NE(run_lines(ward, "time,II\n0,0.1\n").find("is not Galen's line protocol"), std::string::npos);
}

}  // namespace
}  // namespace galen::serve
