// Many live streams in one process: monitor_bench STREAMS SECONDS [SPEED] [BUNDLE] [PRECISION]
// Each stream has one channel at 250 Hz, sent every 40 ms of its time; SPEED: a multiple of real time. Without a bundle
// the session only detects peaks, to measure the monitor itself. The streams begin evenly spread over the first 4 s.
// Prints a line every 10 s, on the time since the last one, then one JSON document.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "galen/base/threads.h"
#include "galen/bundle/bundle.h"
#include "galen/engine/openvino/openvino.h"
#include "galen/pipeline/predict.h"
#include "galen/serve/hub.h"
#include "tasks/all.h"

namespace galen {
namespace {

using namespace galen::serve;
constexpr double rate_hz = 250;
constexpr std::int64_t piece = 10;  // samples sent at once: 40 ms
// The streams' pieces arrive in several phases, not all at once, and the streams begin one after another.
constexpr int phases = 8, first_pieces = 100;
constexpr double report_seconds = 10;

// Reports beats at peaks, and 2 s of "vt" every 30 s.
class PeakSession final : public Session {
 public:
  std::vector<Event> push(std::span<const std::vector<float>> samples) override {
    std::vector<Event> events;
    for (const float v : samples.front()) {
      const double at = static_cast<double>(at_++) / rate_hz;
      if (v <= 0.8f || at - beat_ < 0.3) continue;
      events.push_back({at, at, "beat", "N", "", at - beat_});
      beat_ = at;
      const bool vt = std::fmod(at, 30) < 2;
      if (vt != vt_) events.push_back({at, at, "vt", "", "", vt ? 1.0 : 0.0});
      vt_ = vt;
    }
    return events;
  }
  std::vector<Event> gap(double seconds) override {
    at_ += std::llround(seconds * rate_hz);
    return {};
  }
  std::vector<Event> finish(Finding&) override { return {}; }

 private:
  std::int64_t at_ = 0;
  double beat_ = 0;
  bool vt_ = false;
};

// QRS-like bumps on a wandering baseline: 20 s at 75 a minute, then 20 s at 160; to be repeated.
std::vector<float> wave() {
  std::vector<float> out(static_cast<std::size_t>(rate_hz) * 40);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz, period = t < 20 ? 0.8 : 0.375;
    const double beat = std::fmod(t, period) - period / 2;
    out[i] = static_cast<float>(std::exp(-beat * beat / 2e-4) + 0.05 * std::sin(2 * M_PI * 0.25 * t));
  }
  return out;
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

struct NullSink final : Sink {
  void write(const Notice& notice) override { bytes += to_json(notice).dump().size(); }
  std::size_t bytes = 0;
};

struct Run {
  int streams = 0;
  double seconds = 0, speed = 1;
};

Json measure(const Run& run, Hub& hub) {
  const std::vector<float> shape = wave();
  std::vector<Hub::Ticket> tickets;
  tickets.reserve(static_cast<std::size_t>(run.streams));
  for (int i = 0; i < run.streams; ++i) {
    tickets.push_back(hub.open({fmt::format("p{}", i), rate_hz, {{"II", "mV"}}, ""}, true, {}));
  }
  const double before = processor_seconds();
  const Clock::time_point start = Clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  double reported = 0, charged = before, late = 0;
  Json memory = Json::array(), alerts = Json::array();
  HubSummary last;
  const auto pieces = static_cast<std::int64_t>(run.seconds * rate_hz) / piece;
  for (std::int64_t k = 0; k < pieces; ++k) {
    for (int phase = 0; phase < phases; ++phase) {
      const double due = (static_cast<double>(k) + static_cast<double>(phase) / phases) * piece / rate_hz / run.speed;
      std::this_thread::sleep_until(start +
                                    std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(due)));
      late = std::max(late, passed() - due);
      for (int i = phase; i < run.streams; i += phases) {
        const std::int64_t own = k - i / phases % first_pieces;
        if (own < 0) continue;
        Samples samples;
        samples.index = own * piece;
        const auto at = static_cast<std::size_t>(own * piece + std::int64_t{i} * 7) % shape.size();
        auto& values = samples.values.emplace_back();
        for (std::size_t s = 0; s < piece; ++s) values.push_back(shape[(at + s) % shape.size()]);
        hub.send(tickets[static_cast<std::size_t>(i)], std::move(samples), Clock::now(), false);
      }
    }
    if (passed() < reported + report_seconds) continue;
    const double since = reported, charged_before = charged;
    reported = passed();
    charged = processor_seconds();
    const HubSummary now = hub.summary();
    memory.push_back(resident_mib());
    const auto p99_ms = [](const LatencyHistogram& all, const LatencyHistogram& earlier) {
      return 1e3 * all.since(earlier).quantile(0.99);
    };
    alerts.push_back(p99_ms(now.alert_latency, last.alert_latency));
    fmt::print(stderr, "{:5.0f} s: {:.0f} MiB, {:.0f} % of a core, p99 of alerts {:.2f} ms, of events {:.2f} ms\n",
               reported, resident_mib(), 100 * (charged - charged_before) / (reported - since),
               alerts.back().get<double>(), p99_ms(now.event_latency, last.event_latency));
    last = now;
  }
  const double wall = passed(), used = processor_seconds() - before;
  Json out = to_json(hub.summary());  // before the streams end, which they all do at once
  hub.finish();
  out["streams"] = run.streams;
  out["speed"] = run.speed;
  out["wall_seconds"] = wall;
  out["cores_used"] = used / wall;
  out["sender_late_ms"] = 1e3 * late;
  out["resident_mib"] = memory;
  out["alerts_p99_ms"] = alerts;  // one per report
  out["processor"] = processor();
  return out;
}

int bench(int argc, char** argv) {
  if (argc < 3) throw usage_error("monitor_bench", "needs STREAMS SECONDS [SPEED] [BUNDLE] [PRECISION]");
  Run run{std::atoi(argv[1]), std::atof(argv[2]), argc > 3 ? std::atof(argv[3]) : 1};
  MakeSession sessions = [](double, const auto&) { return std::make_unique<PeakSession>(); };
  const Registry registry(all_tasks());
  const auto engine = openvino_engine({});
  Service service;
  if (argc > 4) {
    PredictOptions options;
    options.threads = 1;
    if (argc > 5) options.precision = precision_named(argv[5]);
    service = open_service(registry, find_bundle(argv[4]), *engine, options);
    sessions = [&](double rate, const std::vector<Channel>& channels) {
      return service.predictor->session(rate, channels);
    };
  }
  HubSettings settings;
  settings.most_patients = static_cast<std::size_t>(run.streams);
  std::vector<Hub::NamedSink> sinks;
  sinks.push_back({"null", std::make_unique<NullSink>()});
  Hub hub(settings, sessions, std::make_shared<AlertPolicy>(default_alert_policy()), std::move(sinks), no_progress());
  fmt::print("{}\n", measure(run, hub).dump(2));
  return 0;
}

}  // namespace
}  // namespace galen

int main(int argc, char** argv) {
  galen::set_memory_policy();
  try {
    return galen::bench(argc, argv);
  } catch (const galen::Error& error) {
    fmt::print(stderr, "monitor_bench: {}\n", error.what());
    return error.exit_status();
  }
}
