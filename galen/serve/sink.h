#pragma once
// Where alerts and events go.
#include <string>
#include <variant>

#include "galen/pipeline/session.h"
#include "galen/serve/alert.h"

namespace galen::serve {

/// A report about a patient: an event, or a change of an alert.
struct Notice {
  std::string patient;
  std::string started_at;  ///< when the patient's clock began, ISO 8601; empty: unknown, or it has jumped since
  std::variant<Event, Alert> what;
};
/// {"patient": ..., "event" or "alert": ...}: contains nothing that differs when the stream is replayed.
Json to_json(const Notice& notice);

class Sink {
 public:
  virtual ~Sink() = default;
  /// One call at a time; returns once the notice is handed over. Errors: it cannot be (disk full, broker gone).
  virtual void write(const Notice& notice) = 0;
  /// The end: flushes what is still buffered.
  virtual void close() {}
};

}  // namespace galen::serve
