#pragma once
// What the hub holds of one patient.
#include <atomic>
#include <mutex>

#include "galen/serve/patient_stream.h"

namespace galen::serve {

/// Hears of one patient what the sinks hear. Called from a worker, one call at a time; must not block.
using Listener = std::function<void(const Notice&)>;

struct PatientEntry {
  PatientEntry(Opening opening, std::unique_ptr<Session> session, std::shared_ptr<const AlertPolicy> policy,
               const ClockLimits& limits)
      : stream(std::move(opening), std::move(session), std::move(policy), limits) {}

  PatientStream stream;  // its worker's, but for the opening, which does not change
  std::size_t worker = 0;
  std::uint64_t number = 0;                // of all that were opened
  bool ended = false;                      // the worker's: what comes after is of no use
  std::atomic<bool> live = false;          // judged by this machine's clock: silence, lost connections
  std::atomic<std::int64_t> waiting = 0;   // samples in the queue
  std::atomic<std::int64_t> messages = 0;  // messages in the queue
  std::atomic<std::int64_t> dropped = 0;   // samples that found it full, not yet told
  std::atomic<bool> closing = false;
  std::atomic<Clock::rep> heard = 0;  // when the last word of the signal came

  std::mutex mutex;         // of what follows
  std::uint64_t owner = 0;  // the connection that feeds it; 0: none, it was lost
  Listener listener;

  Clock::time_point last_heard() const { return Clock::time_point(Clock::duration(heard.load())); }
};

}  // namespace galen::serve
