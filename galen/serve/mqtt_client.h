#pragma once
// A connection to an MQTT broker, by libmosquitto. It comes back by itself when the broker does.
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

struct mosquitto;

namespace galen::serve {

/// "mqtt://HOST[:PORT]/PREFIX": topics are PREFIX/PATIENT/...; an IPv6 address in brackets.
struct MqttAddress {
  std::string host, prefix;
  int port = 1883;
  std::string user, password;  ///< not part of the address; empty: none
};
/// Errors (usage): another form, a prefix with wildcards.
MqttAddress mqtt_address(const std::string& text);

class MqttClient {
 public:
  using Say = std::function<void(const std::string&)>;
  /// say: what the operator should know. Errors: the broker cannot be reached.
  MqttClient(const MqttAddress& address, Say say);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  /// Once, with every message of the topics; called from the connection's thread.
  void subscribe(const std::string& topics, std::function<void(std::string_view topic, std::string_view payload)> take);
  /// At least once (QoS 1). False: too many wait for the broker, this one was dropped; of the places the last 20,000
  /// are for what is urgent.
  bool publish(const std::string& topic, const std::string& payload, bool urgent = false);
  /// Waits for what was published, but no longer than that. False: some is left.
  bool drain(double seconds);
  /// Ends the connection: no message is taken any more, and none goes out.
  void stop();

 private:
  struct Callbacks;
  void request_subscription();

  const std::string name_;
  const Say say_;
  mosquitto* client_ = nullptr;
  std::mutex mutex_;  // of the subscription
  std::string topics_;
  std::function<void(std::string_view, std::string_view)> take_;
  std::atomic<int> waiting_ = 0;
  std::atomic<bool> connected_ = false, leaving_ = false;
};

}  // namespace galen::serve
