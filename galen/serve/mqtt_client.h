#pragma once
// A connection to an MQTT broker, through libmosquitto. It reconnects by itself when the broker is back.
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

struct mosquitto;

namespace galen::serve {

/// "mqtt://HOST[:PORT]/PREFIX": topics are PREFIX/PATIENT/...; an IPv6 address is written in brackets.
struct MqttAddress {
  std::string host, prefix;
  int port = 1883;
  std::string user, password;  ///< not part of the address; empty: none
};
/// Errors (usage): a malformed address, a prefix with wildcards.
MqttAddress mqtt_address(const std::string& text);

class MqttClient {
 public:
  using Say = std::function<void(const std::string&)>;
  /// say: reports to the operator. Errors: the broker cannot be reached.
  MqttClient(const MqttAddress& address, Say say);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  /// To be called once. take gets every message on the topics, in the connection's thread.
  void subscribe(const std::string& topics, std::function<void(std::string_view topic, std::string_view payload)> take);
  /// Delivers at least once (QoS 1). False: dropped, because too many messages wait for the broker; the last 20,000
  /// places in the queue are reserved for urgent messages.
  bool publish(const std::string& topic, const std::string& payload, bool urgent = false);
  /// Waits at most this long until the broker has confirmed what was published. False: some messages are left.
  bool drain(double seconds);
  /// Ends the connection: no more messages are received or sent.
  void stop();

 private:
  struct Callbacks;
  void request_subscription();

  const std::string name_;
  const Say say_;
  mosquitto* client_ = nullptr;
  std::mutex mutex_;  // guards the subscription
  std::string topics_;
  std::function<void(std::string_view, std::string_view)> take_;
  std::atomic<int> waiting_ = 0;
  std::atomic<bool> connected_ = false, leaving_ = false;
};

}  // namespace galen::serve
