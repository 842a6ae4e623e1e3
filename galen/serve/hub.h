#pragma once
// Serves many patients with a pool of workers. Each patient belongs to one worker, so that its alerts do not depend on
// the others.
#include <condition_variable>
#include <map>
#include <thread>

#include "galen/base/progress.h"
#include "galen/serve/latency.h"
#include "galen/serve/patient_entry.h"

namespace galen::serve {

struct HubSettings {
  /// 0: many per thread of the process, because workers that wait for a network at the same time are answered
  /// together. Each starts with its first patient.
  int workers = 0;
  std::size_t most_patients = 4096;
  double queue_seconds = 10;   ///< of a patient's samples and gaps that may queue; more is dropped (samples: reported)
  double silence_seconds = 5;  ///< until the silence of a live stream is reported
  double resume_seconds = 60;  ///< for which a live stream without a connection is kept
  double gone_seconds = 7200;  ///< of silence after which a live stream ends even if a connection or broker holds it
  ClockLimits clock = {};
};

/// What the hub has done so far.
struct HubSummary {
  std::uint64_t patients = 0, samples = 0, dropped = 0, events = 0, alerts = 0;  ///< alerts: raised
  double seconds = 0;                                                            ///< of closed streams
  std::map<std::string, std::uint64_t> alerts_of;                                ///< alerts raised, by code
  std::vector<std::string> broken;                                               ///< sinks that failed
  LatencyHistogram alert_latency;  ///< from the arrival of the deciding sample to the sinks
  LatencyHistogram event_latency;
};
Json to_json(const HubSummary& summary);

class Hub {
 public:
  struct NamedSink {
    std::string name;
    std::unique_ptr<Sink> sink;
  };
  Hub(const HubSettings& settings, MakeSession make_session, std::shared_ptr<const AlertPolicy> policy,
      std::vector<NamedSink> sinks, Progress& progress);
  /// Calls finish().
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// The right to feed a patient.
  struct Ticket {
    std::shared_ptr<PatientEntry> patient;
    std::uint64_t owner = 0;
    bool resumed = false;  ///< the stream existed and continues
  };
  /// Opens a patient's stream, or resumes it if its connection was lost or is silent. Errors: the patient streams from
  /// elsewhere or with another layout, too many patients, a stream that the bundle cannot use.
  Ticket open(const Opening& opening, bool live, Listener listener);

  /// dropped: the patient's queue was full. gone: closed, fed by another connection, or no such patient.
  enum class Sent { taken, dropped, gone };
  /// wait: block while the patient's queue is full. Errors: samples with another number of channels than the opening, a
  /// lead that is not among them.
  Sent send(const Ticket& ticket, Message message, Clock::time_point arrived, bool wait);
  /// The connection was lost: the stream is kept for resume_seconds if live, otherwise closed.
  void leave(const Ticket& ticket);
  /// Ends the patient's stream after its queued messages.
  void close(const Ticket& ticket);
  /// Acknowledges an alert of any patient. wait: as in send().
  Sent acknowledge(const std::string& patient, const std::string& rule, bool wait);

  /// Closes every patient, waits for queued work and closes the sinks. Later calls do nothing.
  void finish();
  HubSummary summary() const;
  /// Shows a line to the operator.
  void say(const std::string& line);

 private:
  struct Work {
    std::shared_ptr<PatientEntry> patient;
    Message message;
    Clock::time_point arrived;
    std::int64_t samples = 0;  // that it counts for in the patient's queue
  };
  struct Worker {
    std::mutex mutex;
    std::condition_variable wake, space;
    std::vector<Work> queue;
    std::vector<std::shared_ptr<PatientEntry>> patients;  // added by open(), removed by the worker
    bool stop = false;
    std::thread thread;
  };
  void start(Worker& worker);
  Sent queue(Work work, bool wait);
  void enqueue(Work work);
  void serve(Worker& worker);
  void process(Work& work, std::vector<Told>& told);
  void end(PatientEntry& patient, Clock::time_point now, std::vector<Told>& told);
  void look_after(Worker& worker, Clock::time_point now, std::vector<Told>& told);
  void publish(PatientEntry& patient, std::vector<Told>& told);
  void hand_over(const Notice& notice);

  const HubSettings settings_;
  const MakeSession make_session_;
  const std::shared_ptr<const AlertPolicy> policy_;
  Progress& progress_;
  std::vector<std::unique_ptr<Worker>> workers_;

  mutable std::mutex patients_mutex_;
  std::map<std::string, std::shared_ptr<PatientEntry>> patients_;
  std::uint64_t opened_ = 0, owners_ = 0;
  std::size_t standing_ = 0;  // entries not yet ended, including those whose patient was reopened
  bool finished_ = false;

  mutable std::mutex sinks_mutex_;  // guards the sinks and the summary
  std::vector<NamedSink> sinks_;
  HubSummary summary_;
  std::mutex say_mutex_;
};

}  // namespace galen::serve
