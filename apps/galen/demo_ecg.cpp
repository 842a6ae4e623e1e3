#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "apps/galen/demo.h"
#include "galen/pipeline/load.h"
#include "galen/pipeline/predict.h"
#include "galen/prep/ecg_leads.h"
#include "galen/report/report.h"

namespace galen::app {
namespace {

constexpr double piece_seconds = 0.2;  // of the stream, as a monitor would send it

// Times and classes of the beats in the finding's annotations, without changes of rhythm and the [ and ] around
// ventricular flutter.
std::vector<std::pair<double, std::string>> beats_of(const Finding& finding) {
  std::vector<std::pair<double, std::string>> out;
  for (const Artefact& artefact : finding.artefacts) {
    const auto* annotations = std::get_if<Annotations>(&artefact.content);
    if (annotations == nullptr) continue;
    for (const Mark& mark : annotations->marks) {
      if (mark.code != "+" && mark.code != "[" && mark.code != "]") out.emplace_back(mark.at_seconds, mark.code);
    }
  }
  return out;
}

struct Live {
  std::vector<std::pair<double, std::string>> beats;
  std::vector<double> look_ahead_seconds;  // from a beat to the sample that decided its class
  double seconds = 0;                      // that the replay took
};

Live replay(const Predictor& predictor, const Signal& signal) {
  Live out;
  const auto session = predictor.session(signal.rate_hz, signal.channels);
  const auto piece = static_cast<std::int64_t>(piece_seconds * signal.rate_hz);
  const auto begin = std::chrono::steady_clock::now();
  const auto take = [&](const std::vector<Event>& events) {
    for (const Event& event : events) {
      if (event.code != "beat") continue;
      out.beats.emplace_back(event.at_seconds, event.text);
      out.look_ahead_seconds.push_back(event.known_seconds - event.at_seconds);
    }
  };
  for (std::int64_t at = 0; at < signal.length; at += piece) {
    check_stop();
    std::vector<std::vector<float>> samples;
    samples.reserve(signal.channels.size());
    for (std::size_t c = 0; c < signal.channels.size(); ++c) {
      samples.push_back(signal.source->read(c, at, std::min(piece, signal.length - at)));
    }
    take(session->push(samples));
  }
  Finding whole;
  take(session->finish(whole));
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return out;
}

}  // namespace

Json demo_ecg(Context& context, const DemoArguments& arguments, const fs::path& folder) {
  if (!fs::exists(arguments.recording)) {
    throw Error(arguments.recording, "does not exist", {}, "run this in Galen's folder, or --recording FILE");
  }
  PredictOptions options;
  options.threads = context.threads;
  const Service service =
      open_service(context.registry(), find_bundle(arguments.ecg_bundle), context.engine(), options);
  const Case input = read_case(service.task->info().inputs, {{"signal", arguments.recording}}, "ecg");
  const Finding finding = service.answer(input, context.progress());
  const DemoArguments usual;
  std::error_code code;
  const bool of_repository = fs::equivalent(arguments.recording, usual.recording, code);
  ReportOptions page;
  if (of_repository) page.title = "Five minutes of an ECG";
  write_finding(finding, &input, folder, page);
  for (const Statement& statement : finding.statements) context.print(fmt::format("ecg    {}", statement.text));

  const Signal signal = leads_of(input.signal("signal"));
  Live live = replay(*service.predictor, signal);
  const auto on_file = beats_of(finding);
  const bool same = std::ranges::equal(live.beats, on_file, [](const auto& a, const auto& b) {
    return std::abs(a.first - b.first) < 1e-6 && a.second == b.second;
  });
  std::ranges::sort(live.look_ahead_seconds);
  const double look_ahead =
      live.look_ahead_seconds.empty() ? 0 : live.look_ahead_seconds[live.look_ahead_seconds.size() / 2];
  context.print(fmt::format(
      "ecg    live: {} beats, {} those from the file, each classified {:.1f} s later (median); {:.0f} s "
      "replayed in {:.2f} s",
      live.beats.size(), same ? "the same as" : "not all the same as", look_ahead, signal.seconds(), live.seconds));
  if (of_repository && arguments.ecg_bundle == usual.ecg_bundle) {
    context.print(
        std::string("ecg    the bundle was trained on this very recording: it shows how it works, not how well"));
  }
  return {{"finding", to_json(finding)},
          {"live", {{"beats", live.beats.size()}, {"same_as_file", same}, {"look_ahead_seconds", look_ahead}}}};
}

}  // namespace galen::app
