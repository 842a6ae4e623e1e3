#include "galen/serve/mqtt_client.h"

#include <fmt/format.h>
#include <mosquitto.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <thread>

#include "galen/base/descriptor.h"
#include "galen/base/error.h"
#include "galen/base/text.h"
#include "galen/serve/socket_address.h"

namespace galen::serve {
namespace {

constexpr int keep_alive_seconds = 30;
constexpr int most_waiting = 100'000;    // messages that the broker has not confirmed
constexpr int kept_for_urgent = 20'000;  // the last of these places
constexpr int qos = 1;

std::string text_of(const MqttAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return fmt::format("mqtt://{}{}{}:{}/{}", v6 ? "[" : "", address.host, v6 ? "]" : "", address.port, address.prefix);
}

void initialise_library() {
  static const int once = mosquitto_lib_init();
  (void)once;
}

}  // namespace

MqttAddress mqtt_address(const std::string& text) {
  const auto wrong = [&](const std::string& why) {
    return Error(text, "is no address of a broker", why, "write mqtt://localhost:1883/ward3", Fault::usage);
  };
  if (!text.starts_with("mqtt://")) throw wrong(text.starts_with("mqtts://") ? "TLS is not supported" : "");
  std::string host = text.substr(7);
  MqttAddress address;
  if (const auto slash = host.find('/'); slash != std::string::npos) {
    address.prefix = host.substr(slash + 1);
    host.resize(slash);
  }
  const HostAndPort where = host_and_port(host);
  if (where.port) {
    address.port = number_in<int>(*where.port).value_or(0);
    if (address.port < 1 || address.port > 65535) throw wrong("the port");
  }
  address.host = where.host;
  if (!host.starts_with('[') && address.host.find(':') != std::string::npos) throw wrong("IPv6 stands in brackets");
  if (address.host.empty() || address.prefix.empty()) throw wrong("it needs a host and a prefix");
  if (address.prefix.find_first_of("+#") != std::string::npos) throw wrong("the prefix has a wildcard");
  return address;
}

// Called by the library, in its thread; no exception may escape.
struct MqttClient::Callbacks {
  static void connected(mosquitto*, void* self, int code) {
    auto& client = *static_cast<MqttClient*>(self);
    if (code != 0) return client.say_(fmt::format("{}: refused: {}", client.name_, mosquitto_connack_string(code)));
    client.connected_ = true;
    client.request_subscription();
  }
  static void disconnected(mosquitto*, void* self, int) {
    auto& client = *static_cast<MqttClient*>(self);
    if (client.connected_.exchange(false) && !client.leaving_) {
      client.say_(fmt::format("{}: the connection was lost; trying again", client.name_));
    }
  }
  static void published(mosquitto*, void* self, int) { --static_cast<MqttClient*>(self)->waiting_; }
  static void message(mosquitto*, void* self, const mosquitto_message* message) {
    auto& client = *static_cast<MqttClient*>(self);
    try {
      const auto size = static_cast<std::size_t>(message->payloadlen);
      client.take_(message->topic, {static_cast<const char*>(message->payload), size});
    } catch (const std::exception& error) {
      client.say_(fmt::format("{}: {}", client.name_, error.what()));
    }
  }
  static void subscribed(mosquitto*, void* self, int, int count, const int* granted) {
    constexpr int refused = 0x80;  // MQTT 3.1.1, 3.9.3
    auto& client = *static_cast<MqttClient*>(self);
    if (std::any_of(granted, granted + count, [](int code) { return code >= refused; })) {
      client.say_(fmt::format("{}: the broker refuses the subscription", client.name_));
    }
  }
};

MqttClient::MqttClient(const MqttAddress& address, Say say) : name_(text_of(address)), say_(std::move(say)) {
  initialise_library();
  client_ = mosquitto_new(nullptr, true, this);
  if (client_ == nullptr) throw Error(name_, "cannot be used", "libmosquitto has no memory");
  mosquitto_connect_callback_set(client_, Callbacks::connected);
  mosquitto_disconnect_callback_set(client_, Callbacks::disconnected);
  mosquitto_publish_callback_set(client_, Callbacks::published);
  mosquitto_message_callback_set(client_, Callbacks::message);
  mosquitto_subscribe_callback_set(client_, Callbacks::subscribed);
  mosquitto_reconnect_delay_set(client_, 1, 10, true);
  if (!address.user.empty()) mosquitto_username_pw_set(client_, address.user.c_str(), address.password.c_str());
  int code = mosquitto_connect(client_, address.host.c_str(), address.port, keep_alive_seconds);
  if (code == MOSQ_ERR_SUCCESS) code = mosquitto_loop_start(client_);
  if (code != MOSQ_ERR_SUCCESS) {
    const std::string why = code == MOSQ_ERR_ERRNO ? system_reason() : mosquitto_strerror(code);
    mosquitto_destroy(client_);
    throw Error(name_, "cannot be reached", why, "is the broker running there?");
  }
}

MqttClient::~MqttClient() {
  stop();
  mosquitto_destroy(client_);
}

void MqttClient::stop() {
  if (leaving_.exchange(true)) return;
  mosquitto_disconnect(client_);
  mosquitto_loop_stop(client_, true);  // even while it waits to reconnect
}

void MqttClient::subscribe(const std::string& topics, std::function<void(std::string_view, std::string_view)> take) {
  {
    const std::lock_guard lock(mutex_);
    take_ = std::move(take);
    topics_ = topics;
  }
  if (connected_) request_subscription();
}

void MqttClient::request_subscription() {
  const std::lock_guard lock(mutex_);
  if (!topics_.empty()) mosquitto_subscribe(client_, nullptr, topics_.c_str(), qos);
}

bool MqttClient::publish(const std::string& topic, const std::string& payload, bool urgent) {
  if (waiting_ >= most_waiting - (urgent ? 0 : kept_for_urgent)) return false;
  ++waiting_;
  const int code =
      mosquitto_publish(client_, nullptr, topic.c_str(), static_cast<int>(payload.size()), payload.data(), qos, false);
  if (code == MOSQ_ERR_SUCCESS || code == MOSQ_ERR_NO_CONN)
    return true;  // the library keeps it for the next connection
  --waiting_;
  throw Error(name_, "takes no message", mosquitto_strerror(code));
}

bool MqttClient::drain(double seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (waiting_ > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return waiting_ == 0;
}

}  // namespace galen::serve
