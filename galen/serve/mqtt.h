#pragma once
// Streams from an MQTT broker, and alerts to it.
//   PREFIX/PATIENT/in      lines of the line protocol, one or more per message
//   PREFIX/PATIENT/replies the "ok" and "error" lines that a sender over TCP would read
//   PREFIX/PATIENT/alerts  one JSON object per message
//   PREFIX/PATIENT/events
#include "galen/serve/mqtt_client.h"
#include "galen/serve/sources.h"

namespace galen::serve {

/// Errors: the broker cannot be reached.
std::unique_ptr<Source> mqtt_source(const MqttAddress& address);
std::unique_ptr<Sink> mqtt_sink(const MqttAddress& address, MqttClient::Say say);

}  // namespace galen::serve
