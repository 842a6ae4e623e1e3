#include "galen/serve/mqtt.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "galen/serve/conversation.h"

namespace galen::serve {
namespace {

constexpr std::size_t most_topics = 10'000;  // senders, whether they opened a patient or not
constexpr double drain_seconds = 5;
constexpr std::chrono::seconds tell_every{10};

// Senders that were told lately that they have no stream: their samples keep coming, but telling them now and then is
// enough.
class LatelyTold {
 public:
  // False: the patient's sender was told lately, or too many others were.
  bool due(const std::string& patient, Clock::time_point now) {
    const auto lately = [&](Clock::time_point when) { return now < when + tell_every; };
    if (const auto found = told_.find(patient); found != told_.end() && lately(found->second)) return false;
    if (told_.size() >= most_topics) std::erase_if(told_, [&](const auto& one) { return !lately(one.second); });
    if (told_.size() >= most_topics) return false;
    told_.insert_or_assign(patient, now);
    return true;
  }

 private:
  std::map<std::string, Clock::time_point> told_;
};

// What a sender without a stream may send.
bool opens_or_acknowledges(std::string_view payload) {
  return payload.find("open ") != std::string_view::npos || payload.find("ack ") != std::string_view::npos;
}

class MqttSource final : public Source {
 public:
  explicit MqttSource(MqttAddress address) : address_(std::move(address)) {}

  void run(Hub& hub) override {
    const auto client = std::make_shared<MqttClient>(address_, [&](const std::string& line) { hub.say(line); });
    std::map<std::string, std::unique_ptr<Conversation>> senders;
    LatelyTold told;
    const auto take = [&](std::string_view topic, std::string_view payload) {
      const std::string patient = patient_of(topic);
      const Clock::time_point now = Clock::now();
      if (!senders.contains(patient) && !opens_or_acknowledges(payload) && !told.due(patient, now)) return;
      auto& sender = senders[patient];
      if (!sender) {
        if (senders.size() > most_topics) {
          senders.erase(patient);
          throw Error(std::string(topic), "is refused", fmt::format("{} topics are in use", most_topics));
        }
        ConversationSettings settings;
        settings.patient = patient;
        sender = std::make_unique<Conversation>(
            hub, std::string(topic), settings,
            [client, topic = fmt::format("{}/{}/replies", address_.prefix, patient)](const std::string& line) {
              if (!line.starts_with("ok") && !line.starts_with("error")) return;
              client->publish(topic, line);
            });
      }
      bool kept = sender->feed(payload, now);
      if (kept && !payload.ends_with('\n')) kept = sender->feed("\n", now);
      if (!kept || !sender->feeds()) senders.erase(patient);  // the next message starts a new conversation
    };
    client->subscribe(address_.prefix + "/+/in", take);
    while (!stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    client->stop();  // before the senders are destroyed: it feeds them
  }

 private:
  // PREFIX/PATIENT/in
  std::string patient_of(std::string_view topic) const {
    topic.remove_prefix(std::min(address_.prefix.size() + 1, topic.size()));
    return std::string(topic.substr(0, topic.find('/')));
  }

  MqttAddress address_;
};

class MqttSink final : public Sink {
 public:
  MqttSink(const MqttAddress& address, MqttClient::Say say)
      : prefix_(address.prefix), say_(say), client_(address, std::move(say)) {}

  void write(const Notice& notice) override {
    const bool alert = std::holds_alternative<Alert>(notice.what);
    const std::string topic = fmt::format("{}/{}/{}", prefix_, notice.patient, alert ? "alerts" : "events");
    const bool kept = client_.publish(topic, to_text(to_json(notice)), alert);
    if (!kept && dropped_++ == 0) say_("the broker does not take what is published: notices to it are dropped");
  }

  void close() override {
    if (!client_.drain(drain_seconds) || dropped_ > 0) {
      throw Error("mqtt", "some notices did not reach the broker", fmt::format("{} were dropped", dropped_));
    }
  }

 private:
  const std::string prefix_;
  const MqttClient::Say say_;
  std::uint64_t dropped_ = 0;
  MqttClient client_;
};

}  // namespace

std::unique_ptr<Source> mqtt_source(const MqttAddress& address) {
  return std::make_unique<MqttSource>(address);
}

std::unique_ptr<Sink> mqtt_sink(const MqttAddress& address, MqttClient::Say say) {
  return std::make_unique<MqttSink>(address, std::move(say));
}

}  // namespace galen::serve
