#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>

#include "apps/common/terminal.h"
#include "apps/galen/command.h"
#include "galen/base/text.h"
#include "galen/base/threads.h"
#include "galen/io/wave/wave_io.h"
#include "galen/pipeline/predict.h"
#include "galen/serve/mqtt.h"
#include "galen/serve/sinks.h"
#include "galen/serve/socket_server.h"

namespace galen::app {
namespace {

using namespace galen::serve;

struct MonitorArguments {
  std::string bundle, policy, speed = "1", precision = "auto";
  std::vector<std::string> replay, listen, mqtt, sinks, settings;
  std::size_t max_patients = HubSettings{}.most_patients, max_connections = ServerLimits{}.connections;
  bool standard_input = false, force = false;

  bool live() const { return !listen.empty() || !mqtt.empty(); }
};

double speed_of(const std::string& text) {
  if (text == "max") return 0;
  const std::optional<double> value = number_in<double>(text);
  if (!value || !(*value > 0 && *value <= 1e6)) {
    throw usage_error("--speed " + text, "is no speed", "write --speed 1 for real time, 60, or max");
  }
  return *value;
}

// User and password are not part of the address, which others can see in the process list.
MqttAddress broker_at(const std::string& text) {
  MqttAddress address = mqtt_address(text);
  if (const char* user = std::getenv("GALEN_MQTT_USER")) address.user = user;
  if (const char* password = std::getenv("GALEN_MQTT_PASSWORD")) address.password = password;
  return address;
}

WriteLine write_to(const Context& context, const std::string& target, bool force) {
  if (target != "-") return write_to_file(target, force);
  if (context.json) throw usage_error("--sink", "would write to standard output, where --json writes", "name a file");
  return write_to_standard_output();
}

Hub::NamedSink sink_of(Context& context, const std::string& text, const std::string& device, bool force) {
  if (text == "terminal") {
    if (context.json)
      return {text, terminal_sink([](const std::string& line) { fmt::print(stderr, "{}\n", line); }, false)};
    return {text, terminal_sink(write_to(context, "-", force), ::isatty(STDOUT_FILENO) == 1)};
  }
  if (text.starts_with("ndjson:")) return {text, ndjson_sink(write_to(context, text.substr(7), force))};
  if (text.starts_with("fhir:")) return {text, fhir_sink(write_to(context, text.substr(5), force), device)};
  if (text.starts_with("mqtt")) {
    return {text, mqtt_sink(broker_at(text), [&context](const std::string& line) { context.progress().say(line); })};
  }
  throw usage_error("--sink " + text, "is no sink", "write terminal, ndjson:FILE, fhir:FILE or mqtt://HOST/PREFIX");
}

// A name that is valid in the line protocol and in a broker's topics.
std::string patient_of(const fs::path& file) {
  std::string patient = file.stem().string().substr(0, 64);
  for (char& c : patient) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-';
    if (!plain) c = '_';
  }
  return patient;
}

std::vector<Recording> recordings_of(const std::vector<std::string>& files) {
  std::vector<Recording> recordings;
  recordings.reserve(files.size());
  std::set<std::string> taken;
  for (const std::string& file : files) {
    recordings.push_back({name_apart(patient_of(file), taken), read_signal(file)});
  }
  return recordings;
}

std::vector<std::unique_ptr<Source>> sources_of(Context& context, const MonitorArguments& arguments) {
  std::vector<std::unique_ptr<Source>> sources;
  if (!arguments.replay.empty()) sources.push_back(replay(recordings_of(arguments.replay), speed_of(arguments.speed)));
  if (arguments.standard_input) sources.push_back(line_source(STDIN_FILENO, "standard input"));
  ServerLimits limits;
  limits.connections = arguments.max_connections;
  for (const std::string& address : arguments.listen) {
    auto server = std::make_unique<SocketServer>(address, limits);
    const int port = server->port();
    context.say(fmt::format("listening at {}{}", address, port > 0 ? fmt::format(" (port {})", port) : ""));
    sources.push_back(std::move(server));
  }
  for (const std::string& address : arguments.mqtt) sources.push_back(mqtt_source(broker_at(address)));
  if (sources.empty()) {
    throw usage_error("monitor", "has no source", "add --replay FILE, --stdin, --listen ADDRESS or --mqtt URL");
  }
  return sources;
}

std::string latency_text(const std::string& what, const LatencyHistogram& latency) {
  if (latency.count() == 0) return fmt::format("no {} were delivered", what);
  return fmt::format("{} {}: median {:.2f} ms, 99 % within {:.2f} ms, at most {:.2f} ms", latency.count(), what,
                     1e3 * latency.quantile(0.5), 1e3 * latency.quantile(0.99), 1e3 * latency.greatest());
}

// tell: takes a line of text.
void print_summary(Context& context, const std::function<void(const std::string&)>& tell, const HubSummary& summary,
                   bool unpaced) {
  std::string codes;
  for (const auto& [code, count] : summary.alerts_of)
    codes += fmt::format("{}{} {}", codes.empty() ? "" : ", ", code, count);
  tell(fmt::format("patients {}, {:.1f} min of signal, events {}, alerts {}{}{}", summary.patients,
                   summary.seconds / 60, summary.events, summary.alerts, codes.empty() ? "" : ": ", codes));
  tell(fmt::format("latency from the arrival of the deciding sample to the sinks{}:",
                   unpaced ? " (as fast as possible, so waiting in the queue counts)" : ""));
  tell("  " + latency_text("changes of alerts", summary.alert_latency));
  tell("  " + latency_text("events", summary.event_latency));
  if (summary.dropped > 0) tell("dropped because too many came at once: " + counted(summary.dropped, "sample"));
  Json document = to_json(summary);
  document["peak_memory_bytes"] = peak_memory_bytes();
  context.print(document);
}

void monitor(Context& context, const MonitorArguments& arguments) {
  ignore_closed_pipes();  // a sink that nobody reads any more fails; the others continue
  const auto policy = std::make_shared<AlertPolicy>(arguments.policy.empty() ? default_alert_policy()
                                                                             : read_alert_policy(arguments.policy));
  PredictOptions options;
  options.precision = precision_named(arguments.precision);
  options.threads = 1;  // per run; as many runs as threads go on at once
  options.settings = settings_of(arguments.settings);
  const Service service = open_service(context.registry(), find_bundle(arguments.bundle), context.engine(), options);
  if (!service.task->info().live) {
    throw usage_error(service.bundle->id, "cannot monitor: its task has no live sessions", "use galen predict");
  }
  const std::vector<std::unique_ptr<Source>> sources = sources_of(context, arguments);
  const std::string device =
      fmt::format("{} {} ({})", service.bundle->id, service.bundle->version, service.bundle->status);
  std::vector<Hub::NamedSink> sinks;
  sinks.reserve(arguments.sinks.size() + 1);
  for (const std::string& sink : arguments.sinks) sinks.push_back(sink_of(context, sink, device, arguments.force));
  if (sinks.empty()) sinks.push_back(sink_of(context, "terminal", device, false));

  HubSettings settings;
  settings.most_patients = arguments.max_patients;
  const auto session = [&](double rate_hz, const std::vector<Channel>& channels) {
    return service.predictor->session(rate_hz, channels);
  };
  Hub hub(settings, session, policy, std::move(sinks), context.progress());
  context.say(fmt::format("{}; policy '{}'", device, policy->name));
  const std::optional<Error> failure = run_all(sources, hub);
  hub.finish();
  const HubSummary summary = hub.summary();
  const bool lines = std::ranges::any_of(  // lines for programs, on standard output
      arguments.sinks, [](const std::string& sink) { return sink == "ndjson:-" || sink == "fhir:-"; });
  const auto tell = [&](const std::string& text) { lines ? context.say(text) : context.print(text); };
  print_summary(context, tell, summary, !arguments.replay.empty() && arguments.speed == "max");
  if (failure) throw *failure;
  if (!summary.broken.empty()) context.status = 4;
  if (!arguments.live()) check_stop();  // a signal is a service's normal end, but interrupts a replay
}

}  // namespace

void add_monitor(CLI::App& program, Context& context) {
  const auto arguments = std::make_shared<MonitorArguments>();
  CLI::App* command = add_command(
      program, context, "monitor", "Watch live streams with a bundle, and alert",
      "  galen monitor ecg-rhythm --replay examples/recordings/mitbih-208.hea --speed 10\n"
      "  galen monitor ecg-rhythm --replay night.edf --speed max --sink ndjson:night.ndjson --json\n"
      "  galen monitor ecg-rhythm --listen tcp:127.0.0.1:7654 --listen unix:/run/galen.sock --policy icu.json\n"
      "  galen monitor ecg-rhythm --mqtt mqtt://localhost/ward3 --sink terminal --sink mqtt://localhost/ward3\n"
      "  galen monitor ecg-rhythm --stdin --sink fhir:alerts.ndjson < lines.txt\n"
      "The line protocol, the policy and what the latency means: docs/monitor.md",
      [&context, arguments] { monitor(context, *arguments); });
  command->add_option("BUNDLE", arguments->bundle, "A bundle's folder or zip, or its name")->required();
  command->add_option("--replay", arguments->replay, "Recordings (WFDB, EDF, ...), a patient each")->type_name("FILE");
  command->add_option("--speed", arguments->speed, "Replay speed: 1 is real time, 60 a minute per second, or max");
  command->add_flag("--stdin", arguments->standard_input, "The line protocol from standard input");
  command->add_option("--listen", arguments->listen, "The line protocol at tcp:HOST:PORT or unix:PATH")
      ->type_name("ADDRESS");
  command->add_option("--mqtt", arguments->mqtt, "The line protocol from a broker: mqtt://HOST[:PORT]/PREFIX")
      ->type_name("URL");
  command->add_option("--sink", arguments->sinks,
                      "terminal, ndjson:FILE, fhir:FILE, mqtt://HOST/PREFIX; FILE may be -");
  command->add_option("--policy", arguments->policy, "Alert policy, a JSON file (default: the built-in one)")
      ->type_name("FILE");
  add_precision(*command, arguments->precision);
  command->add_option("--set", arguments->settings, "A setting of the task: KEY=VALUE (see docs of the task)");
  command->add_option("--max-patients", arguments->max_patients, "Streams at once")->check(CLI::Range(1, 1'000'000));
  command->add_option("--max-connections", arguments->max_connections, "Connections at once, for each --listen")
      ->check(CLI::Range(1, 1'000'000));
  command->add_flag("--force", arguments->force, "Overwrite the sinks' files");
}

}  // namespace galen::app
