#include "galen/serve/patient_stream.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <string_view>

namespace galen::serve {
namespace {

constexpr std::size_t arrivals_kept = 256;  // messages that a session may look back over, to measure the latency
// How long a jump of the clock took is not known: it is passed on as a gap, which no beat-to-beat interval may span.
constexpr double jump_gap_seconds = 1;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

bool of_the_monitor(const std::string& name) {
  constexpr std::array<std::string_view, 8> own = {code::gap,     code::late_data, code::clock_jump, code::lead_off,
                                                   code::silence, code::overflow,  code::failed,     code::closed};
  return std::find(own.begin(), own.end(), name) != own.end();
}

}  // namespace

std::int64_t step_samples(double rate_hz) {
  return std::max<std::int64_t>(1, std::llround(step_seconds * rate_hz));
}

PatientStream::PatientStream(Opening opening, std::unique_ptr<Session> session,
                             std::shared_ptr<const AlertPolicy> policy, const ClockLimits& limits)
    : opening_(std::move(opening)),
      session_(std::move(session)),
      machine_(std::move(policy)),
      clock_(opening_.rate_hz, limits),
      leads_(opening_.rate_hz, opening_.channels),
      step_(step_samples(opening_.rate_hz)),
      begun_(opening_.channels.size()),
      started_at_(opening_.started_at) {}

void PatientStream::receive(const Message& message, Clock::time_point arrived, std::vector<Told>& out) {
  arrived_ = arrived;
  if (of_the_signal(message)) end_silence(out);
  std::visit(Overloaded{
                 [&](const Samples& samples) { receive_samples(samples, out); },
                 [&](const Missing& missing) {
                   const auto samples = static_cast<std::int64_t>(std::llround(missing.seconds * opening_.rate_hz));
                   clock_.skip(samples);
                   end_step(out);
                   pass_gap(samples, out);
                 },
                 [&](const Lead& lead) {
                   end_step(out);
                   std::vector<LeadWatch::Change> changes;
                   if (!leads_.tell(lead.channel, lead.off, changes)) {
                     throw Error(lead.off ? "off" : "on", "names a channel that the stream does not have");
                   }
                   for (const auto& change : changes) tell(code::lead_off, change.off, change.names, out);
                 },
                 [&](const Acknowledgement& ack) { tell(machine_.acknowledge(ack.rule), out); },
                 [](const Opening&) { throw Error("open", "comes within a stream", {}, "close it first"); },
                 [](const Closing&) { throw defect("stream", "was given its own end"); },
             },
             message);
}

void PatientStream::receive_samples(const Samples& samples, std::vector<Told>& out) {
  if (samples.values.size() != opening_.channels.size()) {
    throw Error("samples", fmt::format("have {} channels", samples.values.size()),
                fmt::format("the stream was opened with {}", opening_.channels.size()));
  }
  const std::int64_t count = std::ssize(samples.values.front());
  const Placement placement = clock_.place(samples);
  note_late(placement.late, count, out);
  if (placement.late == count) return;
  if (placement.jump_seconds != 0 || placement.missing > 0) end_step(out);
  if (placement.jump_seconds != 0) {
    tell(code::clock_jump, placement.jump_seconds, fmt::format("by {:+.1f} s", placement.jump_seconds), out);
    started_at_.clear();  // the length of the jump is unknown, and so is the time of day from here on
    pass_gap(std::llround(jump_gap_seconds * opening_.rate_hz), out);
  }
  if (placement.missing > 0) pass_gap(placement.missing, out);
  take(samples.values, placement.late, out);
}

// Passes on samples from begin, step by step.
void PatientStream::take(const std::vector<std::vector<float>>& values, std::int64_t begin, std::vector<Told>& out) {
  const std::int64_t count = std::ssize(values.front());
  if (begin == 0 && count == step_ && begun_.front().empty()) return push(values, out);
  while (begin < count) {
    const std::int64_t end = std::min(count, begin + step_ - std::ssize(begun_.front()));
    for (std::size_t c = 0; c < values.size(); ++c) {
      begun_[c].insert(begun_[c].end(), values[c].begin() + begin, values[c].begin() + end);
    }
    begin = end;
    if (std::ssize(begun_.front()) == step_) end_step(out);
  }
}

// Ends a step even if it is incomplete, before anything other than samples; the next step begins after that.
void PatientStream::end_step(std::vector<Told>& out) {
  if (begun_.front().empty()) return;
  push(begun_, out);
  for (auto& channel : begun_) channel.clear();
}

// The first of several late messages in a row is reported at once, the rest when the row ends.
void PatientStream::note_late(std::int64_t late, std::int64_t count, std::vector<Told>& out) {
  late_ += late;
  if (late_ > 0 && (!late_run_ || late < count)) {
    tell(code::late_data, static_cast<double>(late_), fmt::format("{} samples dropped", late_), out);
    late_ = 0;
  }
  late_run_ = late == count;
}

void PatientStream::push(std::span<const std::vector<float>> samples, std::vector<Told>& out) {
  const double before = static_cast<double>(received_);
  std::vector<Event> events;
  for (const LeadWatch::Change& change : leads_.push(samples)) {
    const double at = static_cast<double>(change.sample) / opening_.rate_hz;
    events.push_back({at, at, code::lead_off, change.names, "", static_cast<double>(change.off)});
  }
  received_ = static_cast<std::int64_t>(before) + std::ssize(samples.front());
  run([&] { return session_->push(samples); }, std::move(events), out);
}

void PatientStream::pass_gap(std::int64_t samples, std::vector<Told>& out) {
  if (samples <= 0) return;
  const double missing = static_cast<double>(samples) / opening_.rate_hz;
  tell(code::gap, missing, fmt::format("{:.3g} s are missing", missing), out);
  leads_.gap(samples);
  received_ += samples;
  run([&] { return session_->gap(missing); }, {}, out);
}

// Runs one step of the session, then advances the time to its end. events: the monitor's own events of this step.
void PatientStream::run(const std::function<std::vector<Event>()>& step, std::vector<Event> events,
                        std::vector<Told>& out) {
  if (!arrivals_.empty() && arrivals_.back().second == arrived_) {
    arrivals_.back().first = seconds();
  } else {
    arrivals_.emplace_back(seconds(), arrived_);
    if (arrivals_.size() > arrivals_kept) arrivals_.pop_front();
  }
  std::string failure;
  if (session_) {
    try {
      for (Event& event : step()) {
        if (!of_the_monitor(event.code)) events.push_back(std::move(event));
      }
    } catch (const std::exception& error) {
      failure = error.what();
      session_.reset();
    }
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.known_seconds < b.known_seconds; });
  for (const Event& event : events) tell(event, out);
  if (!failure.empty()) tell(code::failed, 1, failure, out);
  tell(machine_.advance(seconds()), out);
}

void PatientStream::silence(Clock::time_point now, std::vector<Told>& out) {
  arrived_ = now;
  if (silent_since_) {
    return tell(machine_.wait(std::chrono::duration<double>(now - *silent_since_).count()), out);
  }
  silent_since_ = now;
  tell(code::silence, 1, "", out);
}

void PatientStream::end_silence(std::vector<Told>& out) {
  if (!silent_since_) return;
  silent_since_.reset();
  tell(code::silence, 0, "", out);
}

void PatientStream::overflow(std::int64_t samples, Clock::time_point now, std::vector<Told>& out) {
  arrived_ = now;
  tell(code::overflow, static_cast<double>(samples), fmt::format("{} samples dropped", samples), out);
}

Finding PatientStream::finish(Clock::time_point now, std::vector<Told>& out) {
  arrived_ = now;
  note_late(0, 1, out);
  end_step(out);
  Finding finding;
  finding.case_id = opening_.patient;
  run([&] { return session_->finish(finding); }, {}, out);
  const std::vector<std::string> standing = machine_.standing();
  tell(code::closed, static_cast<double>(standing.size()),
       standing.empty() ? "" : fmt::format("active alerts: {}", fmt::join(standing, ", ")), out);
  return finding;
}

void PatientStream::tell(const char* name, double value, const std::string& text, std::vector<Told>& out) {
  tell({seconds(), seconds(), name, text, "", value}, out);
}

void PatientStream::tell(const Event& event, std::vector<Told>& out) {
  tell(machine_.advance(event.known_seconds), out);  // what was due earlier comes first
  std::vector<Alert> alerts = machine_.observe(event);
  out.push_back({{opening_.patient, started_at_, event}, arrival_of(event.known_seconds)});
  tell(std::move(alerts), out);
}

void PatientStream::tell(std::vector<Alert> alerts, std::vector<Told>& out) {
  for (Alert& alert : alerts) {
    const Clock::time_point arrived = arrival_of(alert.known_seconds);
    out.push_back({{opening_.patient, started_at_, std::move(alert)}, arrived});
  }
}

// Arrival of the message that ended the sample's step, or of the current one for what no sample decided.
Clock::time_point PatientStream::arrival_of(double known_seconds) const {
  const auto found = std::lower_bound(arrivals_.begin(), arrivals_.end(), known_seconds,
                                      [](const auto& entry, double wanted) { return entry.first <= wanted; });
  return found == arrivals_.end() ? arrived_ : found->second;
}

}  // namespace galen::serve
