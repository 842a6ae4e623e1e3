#pragma once
// Many patients on a few threads: a patient belongs to one worker, so that its alerts do not depend on the others.
#include <condition_variable>
#include <map>
#include <thread>

#include "galen/base/progress.h"
#include "galen/serve/latency.h"
#include "galen/serve/patient_entry.h"

namespace galen::serve {

struct HubSettings {
  /// 0: many for each of the process' threads, since those that wait for a network at the same time are answered
  /// together. Each starts with its first patient.
  int workers = 0;
  std::size_t most_patients = 4096;
  double queue_seconds = 10;   ///< of a patient's samples and gaps may wait; more is dropped, and told of samples
  double silence_seconds = 5;  ///< of a live stream, before it is told
  double resume_seconds = 60;  ///< that a live stream without a connection is kept
  double gone_seconds = 7200;  ///< of silence, after which a live stream ends though a connection or broker holds it
  ClockLimits clock = {};
};

/// What the hub did so far.
struct HubSummary {
  std::uint64_t patients = 0, samples = 0, dropped = 0, events = 0, alerts = 0;  ///< alerts: that were raised
  double seconds = 0;                                                            ///< of streams that closed
  std::map<std::string, std::uint64_t> alerts_of;                                ///< raised, by code
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
  /// Finishes.
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// The right to feed a patient.
  struct Ticket {
    std::shared_ptr<PatientEntry> patient;
    std::uint64_t owner = 0;
    bool resumed = false;  ///< the stream was there, and goes on
  };
  /// Opens a patient's stream, or resumes it when its connection was lost or is silent. Errors: it streams from
  /// elsewhere, is of another layout, there are too many, the bundle cannot use it.
  Ticket open(const Opening& opening, bool live, Listener listener);

  enum class Sent { taken, dropped, gone };  ///< gone: closed, or fed by another connection
  /// wait: blocks while the patient's queue is full. Errors: samples of other channels than were opened, a lead that
  /// is none of them.
  Sent send(const Ticket& ticket, Message message, Clock::time_point arrived, bool wait);
  /// The connection was lost: the patient is kept for resume_seconds if live, else closed.
  void leave(const Ticket& ticket);
  /// The end of the patient's stream, after what waits.
  void close(const Ticket& ticket);
  /// False: no such patient.
  bool acknowledge(const std::string& patient, const std::string& rule);

  /// Closes every patient, waits for what is under way, and closes the sinks. Twice is once.
  void finish();
  HubSummary summary() const;
  /// A line for the operator.
  void say(const std::string& line);

 private:
  struct Work {
    std::shared_ptr<PatientEntry> patient;
    Message message;
    Clock::time_point arrived;
    std::int64_t samples = 0;  // that it stands for in the patient's queue
  };
  struct Worker {
    std::mutex mutex;
    std::condition_variable wake, space;
    std::vector<Work> queue;
    std::vector<std::shared_ptr<PatientEntry>> patients;  // the worker's own, but for new ones
    bool stop = false;
    std::thread thread;
  };
  void start(Worker& worker);
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
  std::size_t standing_ = 0;  // entries that have yet to end, also those whose patient was opened again
  bool finished_ = false;

  mutable std::mutex sinks_mutex_;  // of the sinks and the summary
  std::vector<NamedSink> sinks_;
  HubSummary summary_;
  std::mutex say_mutex_;
};

}  // namespace galen::serve
