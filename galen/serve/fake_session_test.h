#pragma once
// A session whose sample values determine its events, and helpers for tests with it.
#include <cmath>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "galen/serve/hub.h"

namespace galen::serve {

/// A sample of 1 is a beat (value: seconds since the last), 5 begins "vt", -5 ends it, 9 is an error. It looks ahead by
/// `ahead` samples.
class FakeSession final : public Session {
 public:
  FakeSession(double rate_hz, std::int64_t ahead) : rate_hz_(rate_hz), ahead_(ahead) {}
  std::vector<Event> push(std::span<const std::vector<float>> samples) override {
    std::vector<Event> events;
    for (const float v : samples.front()) {
      if (v == 9) throw Error("session", "met a nine");
      if (v == 1 || std::abs(v) == 5) waiting_.emplace_back(at_, v);
      while (!waiting_.empty() && at_ >= waiting_.front().first + ahead_) note(events, at_);
      ++at_;
    }
    return events;
  }
  std::vector<Event> gap(double seconds) override {
    at_ += std::llround(seconds * rate_hz_);
    return {};
  }
  std::vector<Event> finish(Finding& finding) override {
    std::vector<Event> events;
    while (!waiting_.empty()) note(events, at_ - 1);
    finding.statements.emplace_back().text = std::to_string(beats_) + " beats";
    return events;
  }

 private:
  void note(std::vector<Event>& events, std::int64_t known) {
    const auto [sample, value] = waiting_.front();
    waiting_.pop_front();
    Event event;
    event.at_seconds = static_cast<double>(sample) / rate_hz_;
    event.known_seconds = static_cast<double>(known) / rate_hz_;
    event.code = value == 1 ? "beat" : "vt";
    event.text = value == 1 ? "N" : "";
    event.value = value == 1 ? event.at_seconds - last_beat_ : value > 0;
    if (value == 1) last_beat_ = event.at_seconds, ++beats_;
    events.push_back(event);
  }
  double rate_hz_, last_beat_ = 0;
  std::int64_t ahead_, at_ = 0;
  int beats_ = 0;
  std::deque<std::pair<std::int64_t, float>> waiting_;
};

inline MakeSession fake_sessions(std::int64_t ahead = 0) {
  return [ahead](double rate_hz, const std::vector<Channel>& channels) -> std::unique_ptr<Session> {
    if (channels.front().name == "unfit") throw Error("unfit", "is no channel of this bundle");
    return std::make_unique<FakeSession>(rate_hz, ahead);
  };
}

/// "12.50 vt", "12.50 vt raised"
inline std::string words_of(const Notice& notice) {
  const auto time = [](double seconds) {
    return std::to_string(seconds).substr(0, std::to_string(seconds).size() - 4);
  };
  if (const auto* alert = std::get_if<Alert>(&notice.what)) {
    return time(alert->known_seconds) + " " + alert->code + " " + name_of(alert->state);
  }
  const Event& event = std::get<Event>(notice.what);
  return time(event.known_seconds) + " " + event.code;
}

/// Records notices.
class Recorder {
 public:
  void add(const Notice& notice) {
    const std::lock_guard lock(mutex_);
    notices_.push_back(notice);
  }
  std::vector<std::string> words(const std::string& patient = "") const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const Notice& n : notices_) {
      if (patient.empty() || n.patient == patient) out.push_back(words_of(n));
    }
    return out;
  }
  int count(const std::string& what) const {
    int n = 0;
    for (const std::string& word : words()) n += word.ends_with(" " + what);
    return n;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Notice> notices_;
};

class RecorderSink final : public Sink {
 public:
  explicit RecorderSink(std::shared_ptr<Recorder> recorder) : recorder_(std::move(recorder)) {}
  void write(const Notice& notice) override { recorder_->add(notice); }

 private:
  std::shared_ptr<Recorder> recorder_;
};

/// Records the lines for the operator.
class KeptLines final : public Progress {
 public:
  void say(std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines_ += std::string(line) + "\n";
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  bool has(const std::string& word) const { return text().find(word) != std::string::npos; }

 private:
  mutable std::mutex mutex_;
  std::string lines_;
};

/// A hub with fake sessions and a recorder as its sink.
struct FakeWard {
  explicit FakeWard(HubSettings settings = {}, MakeSession sessions = fake_sessions(),
                    AlertPolicy policy = default_alert_policy()) {
    std::vector<Hub::NamedSink> sinks;
    sinks.push_back({"recorder", std::make_unique<RecorderSink>(heard)});
    hub = std::make_unique<Hub>(settings, std::move(sessions), std::make_shared<AlertPolicy>(std::move(policy)),
                                std::move(sinks), said);
  }
  KeptLines said;
  std::shared_ptr<Recorder> heard = std::make_shared<Recorder>();
  std::unique_ptr<Hub> hub;
};

/// Waits up to 20 s for a condition; returns whether it holds.
inline bool soon(const std::function<bool()>& so) {
  for (int i = 0; i < 2000 && !so(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return so();
}

}  // namespace galen::serve
