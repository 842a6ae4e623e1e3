#include "galen/serve/hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>

#include "galen/base/threads.h"

namespace galen::serve {
namespace {

// So many that most wait for a network, which then answers many of them at once.
constexpr int workers_per_thread = 32;
constexpr std::int64_t most_messages = 10'000;  // queued for a patient, whatever they hold
constexpr double takeover_seconds = 2;          // a connection silent for this long may be replaced

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::int64_t count_of(const Message& message) {
  const auto* samples = std::get_if<Samples>(&message);
  return samples != nullptr ? std::ssize(samples->values.front()) : 0;
}

// A gap takes as much of a worker's time as that many samples, but must leave room in the queue for those that follow.
std::int64_t room_of(const Message& message, double rate_hz, std::int64_t limit) {
  const auto* gap = std::get_if<Missing>(&message);
  if (gap == nullptr) return count_of(message);
  return std::min(static_cast<std::int64_t>(std::llround(gap->seconds * rate_hz)), limit / 2);
}

}  // namespace

Hub::Hub(const HubSettings& settings, MakeSession make_session, std::shared_ptr<const AlertPolicy> policy,
         std::vector<NamedSink> sinks, Progress& progress)
    : settings_(settings),
      make_session_(std::move(make_session)),
      policy_(std::move(policy)),
      progress_(progress),
      sinks_(std::move(sinks)) {
  const int workers = settings_.workers > 0 ? settings_.workers : workers_per_thread * thread_count();
  for (int i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

Hub::~Hub() {
  finish();
}

Hub::Ticket Hub::open(const Opening& opening, bool live, Listener listener) {
  const std::lock_guard lock(patients_mutex_);
  if (finished_) throw Error(opening.patient, "comes too late", {}, "the monitor is about to end");
  const auto found = patients_.find(opening.patient);
  const bool known = found != patients_.end();
  const std::uint64_t owner = ++owners_;
  if (known) {
    PatientEntry& patient = *found->second;
    const std::lock_guard own(patient.mutex);
    if (!patient.closing) {
      const double silent = seconds_between(patient.last_heard(), Clock::now());
      if (patient.owner != 0 && silent < takeover_seconds) {
        throw Error(opening.patient, "streams from elsewhere", {}, "close that connection, or use another id");
      }
      if (!patient.stream.opening().same_layout(opening)) {
        throw Error(opening.patient, "had another rate or other channels", {},
                    fmt::format("open it as before, or wait {:.0f} s", settings_.resume_seconds));
      }
      patient.owner = owner;
      patient.live = live;
      patient.heard = Clock::now().time_since_epoch().count();
      patient.listener = std::move(listener);
      return {found->second, owner, true};
    }
  }
  // A known patient is closing here: its worker has yet to end it.
  const bool full = known ? standing_ >= 2 * settings_.most_patients : patients_.size() >= settings_.most_patients;
  if (full) {
    throw Error(opening.patient, "is refused", fmt::format("{} patients are monitored already", patients_.size()),
                "raise --max-patients");
  }
  const auto patient = std::make_shared<PatientEntry>(opening, make_session_(opening.rate_hz, opening.channels),
                                                      policy_, settings_.clock);
  patient->worker = known ? found->second->worker : opened_ % workers_.size();  // after the earlier stream's messages
  patient->number = opened_++;
  patient->live = live;
  patient->heard = Clock::now().time_since_epoch().count();
  patient->owner = owner;
  patient->listener = std::move(listener);
  Worker& worker = *workers_[patient->worker];
  start(worker);
  patients_.insert_or_assign(opening.patient, patient);
  ++standing_;
  const std::lock_guard own(worker.mutex);
  worker.patients.push_back(patient);
  return {patient, owner, false};
}

// Starts the worker's thread, with its first patient.
void Hub::start(Worker& worker) {
  if (worker.thread.joinable()) return;
  try {
    worker.thread = std::thread([this, &worker] { serve(worker); });
  } catch (const std::system_error& error) {
    throw Error("monitor", "gets no more threads", error.code().message(), "raise the limit of threads");
  }
}

Hub::Sent Hub::send(const Ticket& ticket, Message message, Clock::time_point arrived, bool wait) {
  PatientEntry& patient = *ticket.patient;
  {
    const std::lock_guard lock(patient.mutex);
    if (patient.owner != ticket.owner || patient.closing) return Sent::gone;
  }
  const Opening& opening = patient.stream.opening();
  const auto* samples = std::get_if<Samples>(&message);
  if (samples != nullptr && samples->values.size() != opening.channels.size()) {
    throw Error("samples", fmt::format("have {} channels", samples->values.size()),
                fmt::format("the stream was opened with {}", opening.channels.size()));
  }
  const auto* lead = std::get_if<Lead>(&message);
  if (lead != nullptr && std::ranges::find(opening.channels, lead->channel, &Channel::name) == opening.channels.end()) {
    throw Error(lead->off ? "off" : "on", fmt::format("names '{}', which the stream does not have", lead->channel));
  }
  if (of_the_signal(message)) patient.heard = arrived.time_since_epoch().count();
  return queue({ticket.patient, std::move(message), arrived}, wait);
}

// Enqueues the message if its patient's queue has room for it, or once it has.
Hub::Sent Hub::queue(Work work, bool wait) {
  PatientEntry& patient = *work.patient;
  const double rate_hz = patient.stream.opening().rate_hz;
  const auto limit = static_cast<std::int64_t>(settings_.queue_seconds * rate_hz);
  work.samples = room_of(work.message, rate_hz, limit);
  const auto room = [&] {
    const bool fits = work.samples == 0 || patient.waiting == 0 || patient.waiting + work.samples <= limit;
    return patient.closing || (patient.messages < most_messages && fits);
  };
  if (!room()) {
    if (!wait) {
      patient.dropped += count_of(work.message);
      return Sent::dropped;
    }
    Worker& worker = *workers_[patient.worker];
    std::unique_lock lock(worker.mutex);
    worker.space.wait(lock, room);
  }
  patient.waiting += work.samples;
  enqueue(std::move(work));
  return Sent::taken;
}

void Hub::enqueue(Work work) {
  ++work.patient->messages;
  Worker& worker = *workers_[work.patient->worker];
  {
    const std::lock_guard lock(worker.mutex);
    worker.queue.push_back(std::move(work));
    if (worker.queue.size() > 1) return;  // already notified
  }
  worker.wake.notify_one();
}

void Hub::leave(const Ticket& ticket) {
  PatientEntry& patient = *ticket.patient;
  {
    const std::lock_guard lock(patient.mutex);
    if (patient.owner != ticket.owner) return;
    patient.listener = {};
    if (patient.live) {
      patient.owner = 0;
      return;
    }
  }
  close(ticket);
}

void Hub::close(const Ticket& ticket) {
  {
    const std::lock_guard lock(ticket.patient->mutex);
    if (ticket.patient->owner != ticket.owner || ticket.patient->closing.exchange(true)) return;
  }
  enqueue({ticket.patient, Closing{}, Clock::now()});
}

Hub::Sent Hub::acknowledge(const std::string& name, const std::string& rule, bool wait) {
  std::shared_ptr<PatientEntry> patient;
  {
    const std::lock_guard lock(patients_mutex_);
    const auto found = patients_.find(name);
    if (found == patients_.end() || found->second->closing) return Sent::gone;
    patient = found->second;
  }
  return queue({patient, Acknowledgement{rule, ""}, Clock::now()}, wait);
}

void Hub::finish() {
  {
    const std::lock_guard lock(patients_mutex_);
    if (finished_) return;
    finished_ = true;
    for (auto& [name, patient] : patients_) {
      if (!patient->closing.exchange(true)) enqueue({patient, Closing{}, Clock::now()});
    }
  }
  for (auto& worker : workers_) {
    {
      const std::lock_guard lock(worker->mutex);
      worker->stop = true;
    }
    worker->wake.notify_one();
  }
  for (auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
  const std::lock_guard lock(sinks_mutex_);
  for (NamedSink& sink : sinks_) {
    try {
      sink.sink->close();
    } catch (const std::exception& error) {
      summary_.broken.push_back(sink.name);
      say(error.what());
    }
  }
}

HubSummary Hub::summary() const {
  const std::lock_guard lock(sinks_mutex_);
  return summary_;
}

void Hub::say(const std::string& line) {
  const std::lock_guard lock(say_mutex_);
  progress_.say(line);
}

}  // namespace galen::serve
