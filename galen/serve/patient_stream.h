#pragma once
// One patient's stream: messages in, notices out. Faults in the data are events, never crashes.
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "galen/serve/alert_machine.h"
#include "galen/serve/event_code.h"
#include "galen/serve/lead_watch.h"
#include "galen/serve/line_protocol.h"
#include "galen/serve/sink.h"
#include "galen/serve/stream_clock.h"

namespace galen::serve {

using Clock = std::chrono::steady_clock;
/// Makes a live session for a stream with this layout. Errors: the bundle cannot use it.
using MakeSession = std::function<std::unique_ptr<Session>(double rate_hz, const std::vector<Channel>& channels)>;

/// A notice, and when the sample that decided it arrived, from which latency is measured.
struct Told {
  Notice notice;
  Clock::time_point arrived;
};

/// The session and the policy process a stream in steps of this length, so that their results, and when these were
/// known, do not depend on the pieces in which samples arrive. Monitors send pieces of about this length.
constexpr double step_seconds = 0.04;
/// Samples per step, at least 1.
std::int64_t step_samples(double rate_hz);

/// Not thread-safe.
class PatientStream {
 public:
  PatientStream(Opening opening, std::unique_ptr<Session> session, std::shared_ptr<const AlertPolicy> policy,
                const ClockLimits& limits = {});

  const Opening& opening() const { return opening_; }
  /// Takes any message but an opening. Errors: samples or a lead that do not fit the opening; the stream continues.
  void receive(const Message& message, Clock::time_point arrived, std::vector<Told>& out);
  /// Nothing has arrived for a while, up to now. Reported once; ends with the next message of the signal. Meanwhile
  /// unacknowledged alerts escalate by this machine's clock.
  void silence(Clock::time_point now, std::vector<Told>& out);
  /// Samples were dropped before they reached this stream.
  void overflow(std::int64_t samples, Clock::time_point now, std::vector<Told>& out);
  /// Ends the stream. Returns the finding for all of it, without provenance.
  Finding finish(Clock::time_point now, std::vector<Told>& out);

  /// Up to the end of the last step; samples of an incomplete step do not count yet.
  double seconds() const { return static_cast<double>(received_) / opening_.rate_hz; }
  std::int64_t samples() const { return received_; }

 private:
  void end_silence(std::vector<Told>& out);
  void receive_samples(const Samples& samples, std::vector<Told>& out);
  void take(const std::vector<std::vector<float>>& values, std::int64_t begin, std::vector<Told>& out);
  void end_step(std::vector<Told>& out);
  void push(std::span<const std::vector<float>> samples, std::vector<Told>& out);
  void pass_gap(std::int64_t samples, std::vector<Told>& out);
  void note_late(std::int64_t late, std::int64_t count, std::vector<Told>& out);
  void run(const std::function<std::vector<Event>()>& step, std::vector<Event> events, std::vector<Told>& out);
  void tell(const char* code, double value, const std::string& text, std::vector<Told>& out);
  void tell(const Event& event, std::vector<Told>& out);
  void tell(std::vector<Alert> alerts, std::vector<Told>& out);
  Clock::time_point arrival_of(double known_seconds) const;

  Opening opening_;
  std::unique_ptr<Session> session_;  // null after a failure
  AlertMachine machine_;
  StreamClock clock_;
  LeadWatch leads_;
  const std::int64_t step_;
  std::vector<std::vector<float>> begun_;  // samples of an incomplete step, by channel
  std::int64_t received_ = 0;              // samples, including gaps
  std::int64_t late_ = 0;                  // samples dropped in a row, not yet reported
  bool late_run_ = false;
  std::string started_at_;                                     // as opened; empty after a jump of the clock
  std::optional<Clock::time_point> silent_since_;              // when the silence was reported
  Clock::time_point arrived_;                                  // of the current message
  std::deque<std::pair<double, Clock::time_point>> arrivals_;  // stream seconds after a message's steps, its arrival
};

}  // namespace galen::serve
