// The part of the hub that runs in its workers.
#include <fmt/format.h>

#include <algorithm>

#include "galen/serve/hub.h"

namespace galen::serve {

constexpr std::chrono::milliseconds look_every{250};

void Hub::serve(Worker& worker) {
  std::vector<Work> batch;
  std::vector<Told> told;
  Clock::time_point looked = Clock::now();
  while (true) {
    bool stop = false;
    {
      std::unique_lock lock(worker.mutex);
      worker.wake.wait_until(lock, looked + look_every, [&] { return worker.stop || !worker.queue.empty(); });
      batch.swap(worker.queue);
      stop = worker.stop && batch.empty();
    }
    if (stop) return;
    // Patient by patient: a patient's data are still in the CPU caches for its next message.
    std::ranges::stable_sort(batch, {}, [](const Work& work) { return work.patient->number; });
    for (Work& work : batch) process(work, told);
    batch.clear();
    {
      const std::lock_guard lock(worker.mutex);
    }  // a waiting sender has now either not yet checked for room, or is asleep
    worker.space.notify_all();
    if (const auto now = Clock::now(); now >= looked + look_every) {
      look_after(worker, now, told);
      looked = now;
    }
  }
}

void Hub::process(Work& work, std::vector<Told>& told) {
  PatientEntry& patient = *work.patient;
  if (patient.ended) return;
  if (const std::int64_t dropped = patient.dropped.exchange(0); dropped > 0) {
    patient.stream.overflow(dropped, work.arrived, told);
    const std::lock_guard lock(sinks_mutex_);
    summary_.dropped += static_cast<std::uint64_t>(dropped);
  }
  if (std::holds_alternative<Closing>(work.message)) return end(patient, work.arrived, told);
  try {
    patient.stream.receive(work.message, work.arrived, told);
  } catch (const std::exception& error) {
    say(fmt::format("{}: {}", patient.stream.opening().patient, error.what()));
  }
  patient.waiting -= work.samples;
  --patient.messages;
  publish(patient, told);
}

void Hub::end(PatientEntry& patient, Clock::time_point now, std::vector<Told>& told) {
  patient.ended = true;
  patient.stream.finish(now, told);
  publish(patient, told);
  {
    const std::lock_guard lock(sinks_mutex_);
    ++summary_.patients;
    summary_.samples += static_cast<std::uint64_t>(patient.stream.samples());
    summary_.seconds += patient.stream.seconds();
  }
  Worker& worker = *workers_[patient.worker];
  const std::lock_guard lock(patients_mutex_);
  --standing_;
  const std::lock_guard own(worker.mutex);
  std::erase_if(worker.patients, [&](const auto& other) { return other.get() == &patient; });
  const auto found = patients_.find(patient.stream.opening().patient);
  if (found != patients_.end() && found->second.get() == &patient) patients_.erase(found);  // unless it was reopened
}

// Checks for silence and lost connections, by this machine's clock.
void Hub::look_after(Worker& worker, Clock::time_point now, std::vector<Told>& told) {
  std::vector<std::shared_ptr<PatientEntry>> patients;
  {
    const std::lock_guard lock(worker.mutex);
    patients = worker.patients;
  }
  for (const auto& patient : patients) {
    if (!patient->live || patient->closing) continue;
    const double silent = std::chrono::duration<double>(now - patient->last_heard()).count();
    if (settings_.silence_seconds > 0 && silent >= settings_.silence_seconds) {
      patient->stream.silence(now, told);
      publish(*patient, told);
    }
    if (silent < std::min(settings_.resume_seconds, settings_.gone_seconds)) continue;
    const std::lock_guard lock(patient->mutex);
    const bool gone = silent >= (patient->owner == 0 ? settings_.resume_seconds : settings_.gone_seconds);
    if (gone && !patient->closing.exchange(true)) enqueue({patient, Closing{}, now});
  }
}

void Hub::publish(PatientEntry& patient, std::vector<Told>& told) {
  if (told.empty()) return;
  Listener listener;
  {
    const std::lock_guard lock(patient.mutex);
    listener = patient.listener;
  }
  const std::lock_guard lock(sinks_mutex_);
  for (const Told& one : told) {
    hand_over(one.notice);
    if (listener) listener(one.notice);
    const double seconds = std::chrono::duration<double>(Clock::now() - one.arrived).count();
    const auto* alert = std::get_if<Alert>(&one.notice.what);
    if (alert == nullptr) {
      ++summary_.events;
      summary_.event_latency.add(seconds);
      continue;
    }
    summary_.alert_latency.add(seconds);
    if (alert->state == AlertState::raised) ++summary_.alerts, ++summary_.alerts_of[alert->code];
  }
  told.clear();
}

// A sink that fails is reported once and removed; the others continue.
void Hub::hand_over(const Notice& notice) {
  for (auto sink = sinks_.begin(); sink != sinks_.end();) {
    try {
      sink->sink->write(notice);
      ++sink;
    } catch (const std::exception& error) {
      summary_.broken.push_back(sink->name);
      say(fmt::format("{}; nothing more goes to {}", error.what(), sink->name));
      sink = sinks_.erase(sink);
    }
  }
}

Json to_json(const HubSummary& s) {
  const auto latency = [](const LatencyHistogram& h) {
    return Json{{"count", h.count()},
                {"p50_ms", 1e3 * h.quantile(0.5)},
                {"p99_ms", 1e3 * h.quantile(0.99)},
                {"greatest_ms", 1e3 * h.greatest()}};
  };
  return {{"patients", s.patients},
          {"samples", s.samples},
          {"dropped_samples", s.dropped},
          {"stream_seconds", s.seconds},
          {"events", s.events},
          {"alerts", s.alerts},
          {"alerts_by_code", s.alerts_of},
          {"alert_latency", latency(s.alert_latency)},
          {"event_latency", latency(s.event_latency)},
          {"broken_sinks", s.broken}};
}

}  // namespace galen::serve
