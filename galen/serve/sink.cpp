#include "galen/serve/sink.h"

namespace galen::serve {

Json to_json(const Notice& notice) {
  Json json = {{"patient", notice.patient}};
  if (const auto* alert = std::get_if<Alert>(&notice.what)) {
    json.update(to_json(*alert));
    return json;
  }
  const Event& event = std::get<Event>(notice.what);
  json["event"] = event.code;
  json["at_seconds"] = event.at_seconds;
  json["known_seconds"] = event.known_seconds;
  json["value"] = event.value;
  json["text"] = event.text;
  if (!event.priority.empty()) json["priority"] = event.priority;
  return json;
}

}  // namespace galen::serve
