#include "galen/serve/hub.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "galen/serve/conversation.h"
#include "galen/serve/fake_session_test.h"
#include "galen/serve/sources.h"

namespace galen::serve {
namespace {

Opening opening_of(const std::string& patient) {
  return {patient, 100, {{"II", "mV"}}, ""};
}
Samples beats(std::int64_t index, std::size_t count) {
  Samples samples{index, std::nullopt, {std::vector<float>(count)}};
  for (std::size_t i = 0; i < count; ++i) samples.values[0][i] = i % 50 == 0 ? 1.0f : static_cast<float>(i % 3) / 10;
  return samples;
}

TEST(Hub, ManyPatientsOnTwoWorkersKeepTheirOrder) {
  FakeWard ward;
  std::vector<Hub::Ticket> tickets;
  for (int p = 0; p < 20; ++p) tickets.push_back(ward.hub->open(opening_of("p" + std::to_string(p)), false, {}));
  for (std::int64_t at = 0; at < 5000; at += 100) {
    for (const auto& ticket : tickets)
      EXPECT_EQ(ward.hub->send(ticket, beats(at, 100), Clock::now(), true), Hub::Sent::taken);
  }
  for (const auto& ticket : tickets) ward.hub->close(ticket);
  ward.hub->finish();
  const auto first = ward.heard->words("p0");
  EXPECT_EQ(first.size(), 101u);  // 100 beats and the end
  for (int p = 1; p < 20; ++p) EXPECT_EQ(ward.heard->words("p" + std::to_string(p)), first);
  const HubSummary summary = ward.hub->summary();
  EXPECT_EQ(summary.patients, 20u);
  EXPECT_EQ(summary.samples, 100'000u);
  EXPECT_EQ(summary.event_latency.count(), 20u * 101);
}

// A session that blocks its worker on the mutex.
class Slow final : public Session {
 public:
  explicit Slow(std::mutex& m) : mutex_(m) {}
  std::vector<Event> push(std::span<const std::vector<float>>) override {
    const std::lock_guard lock(mutex_);
    return {};
  }
  std::vector<Event> gap(double) override { return {}; }
  std::vector<Event> finish(Finding&) override { return {}; }

 private:
  std::mutex& mutex_;
};

TEST(Hub, AFullQueueDropsAndTellsAndMemoryStaysBounded) {
  std::mutex hold;
  HubSettings settings;
  settings.queue_seconds = 2;
  FakeWard ward(settings, [&](double, const auto&) { return std::make_unique<Slow>(hold); });
  const auto ticket = ward.hub->open(opening_of("a"), true, {});
  int dropped = 0;
  {
    const std::lock_guard lock(hold);
    for (std::int64_t at = 0; at < 5000; at += 100) {
      dropped += ward.hub->send(ticket, beats(at, 100), Clock::now(), false) == Hub::Sent::dropped;
    }
    EXPECT_GE(dropped, 45);
  }
  EXPECT_TRUE(soon([&] { return ticket.patient->messages == 0; }));
  ward.hub->send(ticket, beats(5000, 100), Clock::now(), false);
  ward.hub->close(ticket);
  ward.hub->finish();
  EXPECT_GE(ward.heard->count("overflow"), 1);
  EXPECT_EQ(ward.heard->count("gap"), 1);
  EXPECT_EQ(ward.heard->count("overflow raised"), 1);
  EXPECT_EQ(ward.hub->summary().dropped, 100u * dropped);
}

TEST(Hub, WhoIsNotHeardForAFullQueueIsAskedToSendTheLineAgain) {
  std::mutex hold;
  FakeWard ward({}, [&](double, const auto&) { return std::make_unique<Slow>(hold); });
  std::string to_sender, to_nurse;
  Conversation sender(*ward.hub, "sender", {}, [&](const std::string& line) {
    if (line.starts_with("error")) to_sender += line;
  });
  Conversation nurse(*ward.hub, "nurse", {}, [&](const std::string& line) { to_nurse += line; });
  {
    const std::lock_guard lock(hold);
    sender.feed("open a rate=1000 channels=II:mV\n", Clock::now());
    for (int i = 0; i < 10'100; ++i) sender.feed(fmt::format("s {} 0.1\n", i), Clock::now());
    sender.feed("gap 1\n", Clock::now());
    EXPECT_EQ(to_sender, "");  // dropped samples and gaps show otherwise
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(sender.feed("off II\n", Clock::now()));
    EXPECT_TRUE(sender.feed("ack vt\n", Clock::now()));
    EXPECT_TRUE(nurse.feed("ack vt a\n", Clock::now()));
  }
  const std::string busy = "stream: is too busy for this line; send it again\n";
  EXPECT_TRUE(to_sender.starts_with("error line 10103: " + busy)) << to_sender;
  EXPECT_TRUE(to_sender.ends_with("error line 10123: " + busy)) << to_sender;
  EXPECT_EQ(to_nurse, "error line 1: " + busy);
  EXPECT_TRUE(soon([&] {
    to_nurse.clear();
    return nurse.feed("ack vt a\n", Clock::now()) && to_nurse.empty();
  }));
  nurse.feed("ack vt b\n", Clock::now());
  EXPECT_THAT(to_nurse, ::testing::HasSubstr("ack: names a patient who is not monitored"));
  ward.hub->finish();
}

TEST(Hub, AnAcknowledgementThatMayWaitIsTakenOnceThereIsRoom) {
  std::mutex hold;
  FakeWard ward({}, [&](double, const auto&) { return std::make_unique<Slow>(hold); });
  const auto ticket = ward.hub->open(opening_of("a"), true, {});
  std::future<Hub::Sent> sent;
  {
    const std::lock_guard lock(hold);
    ward.hub->send(ticket, beats(0, 100), Clock::now(), false);
    while (ward.hub->acknowledge("a", "vt", false) == Hub::Sent::taken) {
    }
    sent = std::async(std::launch::async, [&] { return ward.hub->acknowledge("a", "vt", true); });
    EXPECT_EQ(sent.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  }
  EXPECT_EQ(sent.get(), Hub::Sent::taken);
}

TEST(Hub, GapsFillTheQueueTooButLeaveRoomForWhatFollows) {
  std::mutex hold;
  FakeWard ward({}, [&](double, const auto&) { return std::make_unique<Slow>(hold); });
  const auto ticket = ward.hub->open(opening_of("a"), true, {});
  {
    const std::lock_guard lock(hold);
    EXPECT_EQ(ward.hub->send(ticket, beats(0, 100), Clock::now(), false), Hub::Sent::taken);
    EXPECT_EQ(ward.hub->send(ticket, Missing{600}, Clock::now(), false), Hub::Sent::taken);
    EXPECT_EQ(ward.hub->send(ticket, beats(60'100, 100), Clock::now(), false), Hub::Sent::taken);
    EXPECT_EQ(ward.hub->send(ticket, Missing{600}, Clock::now(), false), Hub::Sent::dropped);
    EXPECT_EQ(ward.hub->send(ticket, Missing{1}, Clock::now(), false), Hub::Sent::taken);
  }
  EXPECT_TRUE(soon([&] { return ticket.patient->messages == 0; }));
  EXPECT_EQ(ticket.patient->waiting, 0);
  ward.hub->send(ticket, beats(120'200, 100), Clock::now(), false);  // the dropped gap shows in the index
  ward.hub->finish();
  EXPECT_EQ(ward.heard->count("gap"), 3);
  EXPECT_EQ(ward.heard->count("overflow"), 0);
  EXPECT_EQ(ward.hub->summary().samples, 120'300u);
}

TEST(Hub, APatientStreamsFromOnePlaceAndALostOneResumes) {
  HubSettings settings;
  settings.silence_seconds = 0.1;
  settings.resume_seconds = 0.6;
  FakeWard ward(settings);
  const auto first = ward.hub->open(opening_of("a"), true, {});
  ward.hub->send(first, beats(0, 100), Clock::now(), false);
  EXPECT_THROW(ward.hub->open(opening_of("a"), true, {}), Error);
  ward.hub->leave(first);
  Opening other = opening_of("a");
  other.rate_hz = 200;
  EXPECT_THROW(ward.hub->open(other, true, {}), Error);
  EXPECT_TRUE(soon([&] { return ward.heard->count("silence raised") == 1; }));
  const auto second = ward.hub->open(opening_of("a"), true, {});
  EXPECT_TRUE(second.resumed);
  EXPECT_EQ(ward.hub->send(first, beats(0, 100), Clock::now(), false), Hub::Sent::gone);
  ward.hub->send(second, beats(150, 100), Clock::now(), false);
  EXPECT_TRUE(soon([&] { return ward.heard->count("silence cleared") == 1; }));
  EXPECT_EQ(ward.heard->count("gap"), 1);
  ward.hub->leave(second);
  EXPECT_TRUE(soon([&] { return ward.heard->count("closed") == 1; }));  // after resume_seconds
}

TEST(Hub, AStreamThatIsHeldAndSilentForLongEnds) {
  HubSettings settings;
  settings.silence_seconds = 0.1;
  settings.gone_seconds = 0.6;
  FakeWard ward(settings);
  const auto held = ward.hub->open(opening_of("a"), true, {});
  ward.hub->send(held, beats(0, 100), Clock::now(), false);
  EXPECT_TRUE(soon([&] { return ward.heard->count("closed") == 1; }));
  EXPECT_EQ(ward.hub->send(held, beats(100, 100), Clock::now(), false), Hub::Sent::gone);
}

TEST(Hub, AStreamMayBeOpenedAgainRightBehindItsEnd) {
  FakeWard ward;
  for (int i = 0; i < 3; ++i) {
    const auto ticket = ward.hub->open(opening_of("a"), true, {});
    EXPECT_FALSE(ticket.resumed);
    ward.hub->send(ticket, beats(0, 100), Clock::now(), true);
    ward.hub->close(ticket);
  }
  ward.hub->finish();
  EXPECT_EQ(ward.heard->count("closed"), 3);
  EXPECT_EQ(ward.hub->summary().patients, 3u);
}

TEST(Hub, AnAcknowledgementDoesNotEndASilence) {
  HubSettings settings;
  settings.silence_seconds = 0.1;
  FakeWard ward(settings);
  const auto ticket = ward.hub->open(opening_of("a"), true, {});
  ward.hub->send(ticket, beats(0, 100), Clock::now(), false);
  EXPECT_TRUE(soon([&] { return ward.heard->count("silence raised") == 1; }));
  EXPECT_EQ(ward.hub->acknowledge("a", "silence", false), Hub::Sent::taken);
  ward.hub->send(ticket, Acknowledgement{"*", ""}, Clock::now(), false);
  EXPECT_TRUE(soon([&] { return ward.heard->count("silence acknowledged") == 1; }));
  ward.hub->finish();
  EXPECT_EQ(ward.heard->count("silence raised"), 1);
  EXPECT_EQ(ward.heard->count("silence cleared"), 0);
}

TEST(Hub, RefusesWhatTheBundleCannotUseAndTooMany) {
  HubSettings settings;
  settings.most_patients = 2;
  FakeWard ward(settings);
  Opening unfit = opening_of("a");
  unfit.channels[0].name = "unfit";
  EXPECT_THROW(ward.hub->open(unfit, false, {}), Error);
  ward.hub->open(opening_of("a"), false, {});
  ward.hub->open(opening_of("b"), false, {});
  EXPECT_THROW(ward.hub->open(opening_of("c"), false, {}), Error);
}

TEST(Hub, ASinkThatFailsIsToldOnceAndTheOthersGoOn) {
  class Broken final : public Sink {
   public:
    void write(const Notice&) override { throw Error("disk", "is full"); }
  };
  KeptLines said;
  const auto heard = std::make_shared<Recorder>();
  std::vector<Hub::NamedSink> sinks;
  sinks.push_back({"broken", std::make_unique<Broken>()});
  sinks.push_back({"recorder", std::make_unique<RecorderSink>(heard)});
  Hub hub({}, fake_sessions(), std::make_shared<AlertPolicy>(default_alert_policy()), std::move(sinks), said);
  const auto ticket = hub.open(opening_of("a"), false, {});
  hub.send(ticket, beats(0, 200), Clock::now(), true);
  hub.finish();
  EXPECT_EQ(heard->count("beat"), 4);
  EXPECT_EQ(said.text(), "disk: is full; nothing more goes to broken\n");
  EXPECT_EQ(hub.summary().broken, std::vector<std::string>{"broken"});
}

class Ramp final : public SampleSource {
 public:
  std::vector<float> read(std::size_t, std::int64_t begin, std::int64_t count) const override {
    std::vector<float> out;
    for (std::int64_t i = begin; i < begin + count; ++i) {
      out.push_back(i % 77 == 0       ? 1.0f
                    : i % 2000 == 500 ? 5.0f
                    : i % 2000 == 900 ? -5.0f
                                      : static_cast<float>(i % 5) / 10);
    }
    return out;
  }
};

TEST(Replay, GivesTheSameNoticesAtAnySpeedAsTheWholeFileAtOnce) {
  Signal signal;
  signal.channels = {{"Resp", "Ohm"}, {"II", "mV", 2}};
  signal.rate_hz = 50;
  signal.length = 3000;
  signal.gaps = {{1500, 250}};
  signal.source = std::make_shared<Ramp>();
  FakeWard fast, paced;
  replay({{"a", signal}, {"b", signal}}, 0)->run(*fast.hub);
  fast.hub->finish();
  replay({{"a", signal}}, 400)->run(*paced.hub);
  paced.hub->finish();
  EXPECT_EQ(fast.heard->words("a"), paced.heard->words("a"));
  EXPECT_EQ(fast.heard->words("a"), fast.heard->words("b"));
  EXPECT_EQ(fast.heard->count("gap"), 2);
  EXPECT_TRUE(fast.said.has("left out, for their rate: Resp"));

  std::vector<std::string> at_once, live;  // the beats found live are those found in the file
  FakeSession session(100, 0);
  const std::vector<std::vector<float>> before = {signal.source->read(0, 0, 3000)},
                                        after = {signal.source->read(0, 3500, 2500)};
  std::vector<Event> events = session.push(before);
  session.gap(5);
  for (Event& event : session.push(after)) events.push_back(event);
  for (const Event& event : events) {
    if (event.code == "beat") at_once.push_back(words_of({"a", "", event}));
  }
  for (const std::string& word : fast.heard->words("a")) {
    if (word.ends_with(" beat")) live.push_back(word);
  }
  EXPECT_EQ(live, at_once);
}

}  // namespace
}  // namespace galen::serve
