#include "galen/serve/patient_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "galen/serve/fake_session_test.h"

namespace galen::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Opening opening = {"bed-1", 100, {{"II", "mV"}}, ""};

// Alternating samples, with those at the marks replaced.
Samples block(std::int64_t index, std::size_t count, const std::map<std::size_t, float>& marks = {}) {
  Samples samples{index, std::nullopt, {std::vector<float>(count)}};
  for (std::size_t i = 0; i < count; ++i) samples.values[0][i] = i % 2 == 0 ? 0.1f : -0.1f;
  for (const auto& [at, value] : marks) samples.values[0][at] = value;
  return samples;
}

class Stream {
 public:
  explicit Stream(std::int64_t ahead = 0)
      : stream_(opening, std::make_unique<FakeSession>(opening.rate_hz, ahead),
                std::make_shared<AlertPolicy>(default_alert_policy())) {}
  std::vector<std::string> receive(const Message& message, Clock::time_point at = {}) {
    std::vector<Told> out;
    stream_.receive(message, at, out);
    last = out;
    std::vector<std::string> words;
    for (const Told& told : out) words.push_back(words_of(told.notice));
    return words;
  }
  PatientStream& operator*() { return stream_; }
  std::vector<Told> last;

 private:
  PatientStream stream_;
};

TEST(PatientStream, EventsAndAlertsComeWithTheTimesOfTheirSamples) {
  Stream stream;
  EXPECT_THAT(stream.receive(block(0, 100, {{10, 1}, {50, 5}})), ElementsAre("0.10 beat", "0.50 vt", "0.50 vt raised"));
  EXPECT_THAT(stream.receive(block(100, 100, {{0, -5}})), ElementsAre("1.00 vt"));
  EXPECT_THAT(stream.receive(block(200, 300)), ElementsAre("4.00 vt latched"));  // 3 s after its end
  EXPECT_THAT(stream.receive(Acknowledgement{"vt", ""}), ElementsAre("5.00 vt acknowledged", "5.00 vt cleared"));
}

TEST(PatientStream, HoweverItIsCutTheAlertsAreTheSame) {
  std::vector<std::string> whole, cut;
  Samples all = block(0, 3000);
  for (std::size_t i = 0; i < 3000; i += 70) all.values[0][i] = 1;
  all.values[0][600] = 5, all.values[0][900] = -5, all.values[0][950] = 5, all.values[0][1700] = -5;
  Stream one(7), many(7);
  whole = one.receive(all);
  for (std::size_t at = 0, step = 1; at < 3000; at += step, step = step % 41 + 3) {
    const std::size_t end = std::min<std::size_t>(3000, at + step);
    Samples piece{static_cast<std::int64_t>(at), std::nullopt, {{}}};
    piece.values[0].assign(all.values[0].begin() + at, all.values[0].begin() + end);
    for (std::string& word : many.receive(piece)) cut.push_back(std::move(word));
  }
  EXPECT_GT(whole.size(), 45u);
  EXPECT_EQ(whole, cut);
}

// Its events become known at the end of the pushed samples, as with a bundle that analyses each push as a whole.
class KnownAtTheEnd final : public Session {
 public:
  explicit KnownAtTheEnd(double rate_hz) : rate_hz_(rate_hz), beats_(rate_hz, 0) {}
  std::vector<Event> push(std::span<const std::vector<float>> samples) override {
    received_ += std::ssize(samples.front());
    std::vector<Event> events = beats_.push(samples);
    for (Event& event : events) event.known_seconds = static_cast<double>(received_) / rate_hz_;
    return events;
  }
  std::vector<Event> gap(double seconds) override {
    received_ += std::llround(seconds * rate_hz_);
    return beats_.gap(seconds);
  }
  std::vector<Event> finish(Finding& finding) override { return beats_.finish(finding); }

 private:
  double rate_hz_;
  FakeSession beats_;
  std::int64_t received_ = 0;
};

// A minute at 250 Hz, in pieces; 9 samples are lost, and the sender reports an electrode off.
std::string notices_of_pieces(std::size_t piece) {
  constexpr std::size_t length = 15000, lost = 7003, found = 7012, told = 12345;
  Samples all = block(0, length);
  for (std::size_t i = 0; i < length; i += 211) all.values[0][i] = 1;
  for (std::size_t i = 301; i < length; i += 3000) all.values[0][i] = 5, all.values[0][i + 1111] = -5;
  PatientStream stream({"bed-1", 250, {{"II", "mV"}}, ""}, std::make_unique<KnownAtTheEnd>(250),
                       std::make_shared<AlertPolicy>(default_alert_policy()));
  std::vector<Told> out;
  for (std::size_t at = 0, end = 0; at < length; at = end == lost ? found : end) {
    end = std::min(at + piece, length);
    for (const std::size_t border : {lost, told}) {
      if (at < border) end = std::min(end, border);
    }
    if (at == told) stream.receive(Lead{"II", true}, {}, out);
    Samples samples{static_cast<std::int64_t>(at), std::nullopt, {{}}};
    samples.values[0].assign(all.values[0].begin() + at, all.values[0].begin() + end);
    stream.receive(samples, {}, out);
  }
  stream.finish({}, out);
  std::string lines;
  for (const Told& notice : out) lines += to_json(notice.notice).dump() + "\n";
  return lines;
}

TEST(PatientStream, WhatIsKnownAndWhenDoesNotDependOnThePieces) {
  const std::string whole = notices_of_pieces(15000);
  EXPECT_NE(whole.find("latched"), std::string::npos);
  EXPECT_NE(whole.find("\"event\":\"gap\""), std::string::npos);
  EXPECT_NE(whole.find("lead_off"), std::string::npos);
  for (const std::size_t piece : {1, 10, 14, 250, 6250}) EXPECT_EQ(notices_of_pieces(piece), whole) << piece;
}

TEST(PatientStream, GapsLateDataAndJumpsAreEvents) {
  Stream stream;
  stream.receive(block(0, 100));
  EXPECT_THAT(stream.receive(block(250, 100)), ElementsAre("1.00 gap"));
  EXPECT_DOUBLE_EQ(std::get<Event>(stream.last[0].notice.what).value, 1.5);
  EXPECT_DOUBLE_EQ((*stream).seconds(), 3.5);
  EXPECT_THAT(stream.receive(block(100, 100, {{3, 1}})),
              ElementsAre("3.50 late_data", "3.50 late_data raised"));  // and no beat
  EXPECT_THAT(stream.receive(block(110, 100)), IsEmpty());
  EXPECT_THAT(stream.receive(block(350, 100)), ElementsAre("3.50 late_data"));  // the second, reported with its row
  EXPECT_THAT(stream.receive(block(440, 20, {{5, 1}, {15, 1}})), ElementsAre("4.50 late_data", "4.55 beat"));
  EXPECT_THAT(stream.receive(block(10'000'000, 10)),
              ElementsAre("4.60 clock_jump", "4.60 clock_jump raised", "4.60 gap"));
  EXPECT_THAT(stream.receive(Missing{2}), ElementsAre("5.70 gap", "5.70 frequent_gaps raised"));
  EXPECT_THAT(stream.receive(block(10'000'210, 10)), IsEmpty());
}

TEST(PatientStream, AnIndexThatStandsAlertsAtOnceAndTheStreamGoesOn) {
  Stream stream;
  stream.receive(block(0, 100));
  EXPECT_THAT(stream.receive(block(0, 100, {{10, 5}})), ElementsAre("1.00 late_data", "1.00 late_data raised"));
  for (int i = 0; i < 9; ++i) EXPECT_THAT(stream.receive(block(0, 100, {{10, 5}})), IsEmpty());
  EXPECT_THAT(stream.receive(block(0, 100, {{10, 5}})),
              ElementsAre("1.00 late_data", "1.00 clock_jump", "1.00 clock_jump raised", "1.00 gap", "2.10 vt",
                          "2.10 vt raised"));
}

TEST(PatientStream, AfterAJumpOfTheClockItsBeginningTellsNoTimes) {
  Opening dated = opening;
  dated.started_at = "2026-01-02T03:04:05Z";
  PatientStream stream(dated, std::make_unique<FakeSession>(100, 0),
                       std::make_shared<AlertPolicy>(default_alert_policy()));
  std::vector<Told> out;
  stream.receive(block(0, 100, {{10, 1}}), {}, out);
  stream.receive(block(10'000'000, 100, {{10, 1}}), {}, out);
  std::vector<std::string> starts;
  for (const Told& told : out) starts.push_back(words_of(told.notice) + " " + told.notice.started_at);
  EXPECT_THAT(starts, ElementsAre("0.10 beat " + dated.started_at, "1.00 clock_jump " + dated.started_at,
                                  "1.00 clock_jump raised " + dated.started_at, "1.00 gap ", "2.10 beat "));
}

TEST(PatientStream, LeadOffIsAnAlertAndEndsByItself) {
  Stream stream;
  stream.receive(block(0, 100));
  Samples missing{100, std::nullopt, {std::vector<float>(300, std::nanf(""))}};
  EXPECT_THAT(stream.receive(missing), ElementsAre("2.99 lead_off", "2.99 lead_off raised"));
  EXPECT_THAT(stream.receive(block(400, 300)), ElementsAre("4.00 lead_off", "6.00 lead_off cleared"));
  EXPECT_THAT(stream.receive(Lead{"II", true}), ElementsAre("7.00 lead_off", "7.00 lead_off raised"));
  EXPECT_THROW(stream.receive(Lead{"V1", true}), Error);
}

TEST(PatientStream, SilenceAndFailureOfTheSessionAreAlerts) {
  Stream stream;
  stream.receive(block(0, 100));
  std::vector<Told> out;
  (*stream).silence({}, out);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(words_of(out[1].notice), "1.00 silence raised");
  EXPECT_THAT(stream.receive(block(100, 100, {{7, 9}})),
              ElementsAre("1.00 silence", "1.00 silence cleared", "1.08 failed", "1.08 failed raised"));
  EXPECT_NE(std::get<Event>(stream.last[2].notice.what).text.find("nine"), std::string::npos);
  EXPECT_THAT(stream.receive(block(200, 100, {{7, 1}})), IsEmpty());
  out.clear();
  (*stream).finish({}, out);
  EXPECT_EQ(std::get<Event>(out.back().notice.what).text, "active alerts: failed");
}

TEST(PatientStream, DuringASilenceAlertsAreAcknowledgedAndEscalate) {
  Stream stream;
  const auto at = [](int seconds) { return Clock::time_point(std::chrono::seconds(seconds)); };
  const auto quiet = [&](int seconds) {
    std::vector<Told> out;
    (*stream).silence(at(seconds), out);
    std::vector<std::string> words;
    for (const Told& told : out) words.push_back(words_of(told.notice));
    return words;
  };
  stream.receive(block(0, 100), at(1));
  EXPECT_THAT(quiet(6), ElementsAre("1.00 silence", "1.00 silence raised"));
  EXPECT_THAT(stream.receive(Acknowledgement{"vt", ""}, at(10)), IsEmpty());
  EXPECT_THAT(quiet(35), IsEmpty());
  EXPECT_THAT(quiet(36), ElementsAre("1.00 silence escalated"));  // 30 s after it was raised
  EXPECT_THAT(quiet(80), IsEmpty());
  EXPECT_THAT(stream.receive(Acknowledgement{"silence", ""}, at(81)), ElementsAre("1.00 silence acknowledged"));
  EXPECT_THAT(stream.receive(Missing{1}, at(82)), ElementsAre("1.00 silence", "1.00 silence cleared", "1.00 gap"));

  EXPECT_THAT(quiet(100), ElementsAre("2.00 silence", "2.00 silence raised"));
  EXPECT_THAT(stream.receive(Acknowledgement{"*", ""}, at(101)), ElementsAre("2.00 silence acknowledged"));
  EXPECT_THAT(quiet(200), IsEmpty());
}

TEST(PatientStream, LatencyCountsFromTheArrivalOfTheDecidingSample) {
  Stream stream(150);  // looks 1.5 s ahead
  const auto at = [](int seconds) { return Clock::time_point(std::chrono::seconds(seconds)); };
  stream.receive(block(0, 100, {{60, 1}}), at(10));
  stream.receive(block(100, 100), at(20));
  EXPECT_TRUE(stream.last.empty());
  EXPECT_THAT(stream.receive(block(200, 100), at(30)), ElementsAre("2.10 beat"));
  EXPECT_EQ(stream.last[0].arrived, at(30));  // sample 210 decided
}

TEST(PatientStream, AStepIsDecidedByTheMessageThatCompletesIt) {
  Stream stream;
  const auto at = [](int seconds) { return Clock::time_point(std::chrono::seconds(seconds)); };
  EXPECT_THAT(stream.receive(block(0, 2, {{1, 1}}), at(10)), IsEmpty());
  EXPECT_THAT(stream.receive(block(2, 1), at(11)), IsEmpty());
  EXPECT_THAT(stream.receive(block(3, 1), at(12)), ElementsAre("0.01 beat"));  // 40 ms are 4 samples
  EXPECT_EQ(stream.last[0].arrived, at(12));
  EXPECT_THAT(stream.receive(block(4, 1, {{0, 1}}), at(13)), IsEmpty());
  EXPECT_THAT(stream.receive(Missing{1}, at(14)), ElementsAre("0.04 beat", "0.05 gap"));
  EXPECT_EQ(stream.last[0].arrived, at(14));
}

TEST(PatientStream, SamplesOfOtherChannelsAreRefusedAndTheStreamGoesOn) {
  Stream stream;
  EXPECT_THROW(stream.receive(Samples{0, std::nullopt, {{1}, {1}}}), Error);
  EXPECT_THAT(stream.receive(block(0, 20, {{10, 1}})), ElementsAre("0.10 beat"));
}

}  // namespace
}  // namespace galen::serve
