#pragma once
// What the hub keeps for one patient.
#include <atomic>
#include <mutex>

#include "galen/serve/patient_stream.h"

namespace galen::serve {

/// Takes one patient's notices, as the sinks do. Called from a worker, one call at a time; must not block.
using Listener = std::function<void(const Notice&)>;

struct PatientEntry {
  PatientEntry(Opening opening, std::unique_ptr<Session> session, std::shared_ptr<const AlertPolicy> policy,
               const ClockLimits& limits)
      : stream(std::move(opening), std::move(session), std::move(policy), limits) {}

  PatientStream stream;  // used only by its worker, but for the opening, which does not change
  std::size_t worker = 0;
  std::uint64_t number = 0;                // counts all streams that were opened
  bool ended = false;                      // used only by its worker: later messages are ignored
  std::atomic<bool> live = false;          // silence and lost connections are judged by this machine's clock
  std::atomic<std::int64_t> waiting = 0;   // samples in the queue
  std::atomic<std::int64_t> messages = 0;  // messages in the queue
  std::atomic<std::int64_t> dropped = 0;   // samples that found it full, not yet reported
  std::atomic<bool> closing = false;
  std::atomic<Clock::rep> heard = 0;  // when the last message of the signal came

  std::mutex mutex;         // guards what follows
  std::uint64_t owner = 0;  // the connection that feeds it; 0: lost
  Listener listener;

  Clock::time_point last_heard() const { return Clock::time_point(Clock::duration(heard.load())); }
};

}  // namespace galen::serve
