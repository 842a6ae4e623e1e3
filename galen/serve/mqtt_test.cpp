// Tests against Debian's mosquitto, which they start themselves.
#include "galen/serve/mqtt.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "galen/base/files.h"
#include "galen/serve/fake_session_test.h"
#include "galen/serve/socket_address.h"

namespace galen::serve {
namespace {

constexpr const char* broker_program = "/usr/sbin/mosquitto";

class Broker : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(broker_program)) GTEST_SKIP() << broker_program << " is not installed: apt-get install mosquitto";
    address.host = "127.0.0.1";
    address.port = port_of(listen_at("tcp:127.0.0.1:0"));  // free a moment ago
    address.prefix = "ward3";
    write_file(folder.path() / "conf",
               "listener " + std::to_string(address.port) + " 127.0.0.1\nallow_anonymous true\n");
    start();
  }
  void start() {
    broker = ::fork();
    if (broker == 0) {
      const std::string conf = (folder.path() / "conf").string();
      (void)!::freopen("/dev/null", "w", stderr);
      ::execl(broker_program, broker_program, "-c", conf.c_str(), nullptr);
      ::_exit(127);
    }
    ASSERT_TRUE(soon([&] {
      try {
        MqttClient probe(address, [](const std::string&) {});
        return true;
      } catch (const Error&) {
        return false;
      }
    }));
  }
  void stop() {
    if (broker <= 0) return;
    ::kill(broker, SIGTERM);
    ::waitpid(broker, nullptr, 0);
    broker = -1;
  }
  void TearDown() override {
    request_stop();
    if (source.joinable()) source.join();
    clear_stop();
    stop();
  }
  // A monitor that takes streams from the broker and publishes alerts to it.
  void monitor() {
    std::vector<Hub::NamedSink> sinks;
    sinks.push_back({"mqtt", mqtt_sink(address, [](const std::string&) {})});
    hub = std::make_unique<Hub>(HubSettings{}, fake_sessions(), std::make_shared<AlertPolicy>(default_alert_policy()),
                                std::move(sinks), said);
    source = std::thread([this] { mqtt_source(address)->run(*hub); });
  }
  TemporaryFolder folder;
  MqttAddress address;
  pid_t broker = -1;
  KeptLines said;
  std::unique_ptr<Hub> hub;
  std::thread source;
};

struct Heard {
  void add(std::string_view topic, std::string_view payload) {
    const std::lock_guard lock(mutex);
    text += std::string(topic) + " " + std::string(payload) + "\n";
  }
  bool has(const std::string& word) {
    const std::lock_guard lock(mutex);
    return text.find(word) != std::string::npos;
  }
  int count(const std::string& word) {
    const std::lock_guard lock(mutex);
    int n = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
    return n;
  }
  std::mutex mutex;
  std::string text;
};

TEST_F(Broker, StreamsComeFromItAndAlertsGoToIt) {
  monitor();
  Heard heard;
  MqttClient bed(address, [](const std::string&) {});
  bed.subscribe("ward3/#", [&](std::string_view topic, std::string_view payload) { heard.add(topic, payload); });
  ASSERT_TRUE(soon([&] {  // until the monitor listens
    bed.publish("ward3/bed-1/in", "open bed-1 rate=100 channels=II:mV");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return heard.has("ward3/bed-1/replies ok opened bed-1");
  }));
  bed.publish("ward3/bed-1/in", "s 0 0.1 1 0.2\ns 3 5 0.1 0.2\n");
  EXPECT_TRUE(soon([&] { return heard.has("ward3/bed-1/alerts {\"patient\":\"bed-1\",\"alert\":1,\"code\":\"vt\""); }));
  EXPECT_TRUE(heard.has("ward3/bed-1/events {\"patient\":\"bed-1\",\"event\":\"beat\""));
  bed.publish("ward3/nurse/in", "ack vt bed-1");
  EXPECT_TRUE(soon([&] { return heard.has("\"state\":\"acknowledged\""); }));
  bed.publish("ward3/bed-2/in", "open bed-1 rate=100 channels=II:mV");
  EXPECT_TRUE(soon([&] { return heard.has("ward3/bed-2/replies error line 1: open: names another patient"); }));
  bed.publish("ward3/bed-1/in", "close");
  EXPECT_TRUE(soon([&] { return heard.has("\"event\":\"closed\""); }));
}

TEST_F(Broker, WhoHasNoStreamIsToldOnceInAWhile) {
  monitor();
  Heard heard;
  MqttClient bed(address, [](const std::string&) {});
  bed.subscribe("ward3/+/replies", [&](std::string_view topic, std::string_view line) { heard.add(topic, line); });
  ASSERT_TRUE(soon([&] {  // until the monitor listens
    bed.publish("ward3/bed-1/in", "open bed-1 rate=100 channels=II:mV");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return heard.has("ok opened bed-1");
  }));
  for (int i = 0; i < 5; ++i) bed.publish("ward3/bed-2/in", "s " + std::to_string(i) + " 0.1\n");
  bed.publish("ward3/bed-3/in", "s 0 0.1\n");
  bed.publish("ward3/bed-2/in", "# back\nopen bed-2 rate=100 channels=II:mV");
  EXPECT_TRUE(soon([&] { return heard.has("ward3/bed-2/replies ok opened bed-2"); }));
  EXPECT_EQ(heard.count("ward3/bed-2/replies error dropped"), 1);
  EXPECT_EQ(heard.count("ward3/bed-3/replies error dropped"), 1);
}

TEST_F(Broker, WhileItIsGoneTheLastPlacesAreForWhatIsUrgent) {
  KeptLines lines;
  MqttClient sender(address, [&](const std::string& line) { lines.say(line); });
  ASSERT_TRUE(sender.publish("ward3/a/events", "before"));
  ASSERT_TRUE(sender.drain(20));
  stop();
  ASSERT_TRUE(soon([&] { return lines.has("the connection was lost"); }));
  int kept = 0;
  while (kept < 100'000 && sender.publish("ward3/a/events", "beat")) ++kept;
  EXPECT_EQ(kept, 80'000);
  EXPECT_TRUE(sender.publish("ward3/a/alerts", "vt", true));
  EXPECT_FALSE(sender.publish("ward3/a/events", "beat"));
}

TEST_F(Broker, WhatIsPublishedWhileItIsGoneArrivesWhenItIsBack) {
  KeptLines lines;
  Heard heard;
  MqttClient sender(address, [&](const std::string& line) { lines.say(line); });
  ASSERT_TRUE(sender.publish("ward3/a/events", "before"));
  ASSERT_TRUE(sender.drain(20));
  stop();
  ASSERT_TRUE(soon([&] { return lines.has("the connection was lost"); }));
  ASSERT_TRUE(sender.publish("ward3/a/events", "meanwhile"));
  EXPECT_FALSE(sender.drain(0.1));
  start();
  EXPECT_TRUE(sender.drain(20));
}

TEST(MqttAddress, IsReadAndRefused) {
  const MqttAddress address = mqtt_address("mqtt://broker.example:1884/hospital/ward3");
  EXPECT_EQ(address.host, "broker.example");
  EXPECT_EQ(address.port, 1884);
  EXPECT_EQ(address.prefix, "hospital/ward3");
  EXPECT_EQ(mqtt_address("mqtt://b/p").port, 1883);
  EXPECT_EQ(mqtt_address("mqtt://[::1]/x").host, "::1");
  EXPECT_EQ(mqtt_address("mqtt://[::1]/x").port, 1883);
  EXPECT_EQ(mqtt_address("mqtt://[fe80::2]:1884/x").host, "fe80::2");
  EXPECT_EQ(mqtt_address("mqtt://[fe80::2]:1884/x").port, 1884);
  for (const char* wrong : {"", "broker", "mqtt://", "mqtt://b", "mqtt://b/", "mqtt://b:x/p", "mqtt://b:0/p",
                            "mqtt://b:99999/p", "mqtt://::1/p", "mqtt://[]/p", "mqtt://b/p/#", "mqtts://b/p"}) {
    EXPECT_THROW(mqtt_address(wrong), Error) << wrong;
  }
  MqttAddress nobody;
  nobody.host = "127.0.0.1";
  nobody.port = 1;
  EXPECT_THROW(MqttClient(nobody, [](const std::string&) {}), Error);
}

}  // namespace
}  // namespace galen::serve
