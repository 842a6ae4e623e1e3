#include "tasks/ecg_rhythm/holter_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "galen/prep/ecg_leads.h"
#include "tasks/ecg_rhythm/beat_evidence.h"

namespace galen::ecg {
namespace {

constexpr double strip_seconds = 10;
constexpr std::size_t template_beats = 100, most_strips = 12;
constexpr double template_before_seconds = 0.3, template_after_seconds = 0.5;

// Bin width of the trend: fine enough for a strip of minutes, coarse enough for days.
double bin_seconds(double seconds) {
  for (const double bin : {10.0, 60.0, 300.0, 900.0}) {
    if (seconds / bin <= 200) return bin;
  }
  return 3600;
}

bool is_rhythm_interval(const ReportedBeat& beat) {
  return beat.interval_seconds > 0.2f && beat.interval_seconds < 3;
}

ChartArtefact trend(const Holter& holter, double bin) {
  const auto bins = static_cast<std::size_t>(std::ceil(holter.signal->seconds() / bin));
  std::vector<double> sum(bins), count(bins);
  for (const ReportedBeat& beat : holter.beats) {
    if (!is_rhythm_interval(beat)) continue;
    const auto at = std::min(static_cast<std::size_t>(beat.at_seconds / bin), bins - 1);
    sum[at] += beat.interval_seconds, ++count[at];
  }
  ChartArtefact out{.kind = ChartArtefact::Kind::line,
                    .x_label = "time from the start (h:mm)",
                    .y_label = "heart rate (/min)",
                    .x_is_time = true,
                    .series = {{"heart rate", {}, {}}}};
  for (std::size_t i = 0; i < bins; ++i) {
    out.series[0].x.push_back((static_cast<double>(i) + 0.5) * bin);
    out.series[0].y.push_back(count[i] > 0 ? 60 * count[i] / sum[i] : std::nan(""));
  }
  return out;
}

ChartArtefact ectopy(const Holter& holter, double bin) {
  const auto bins = static_cast<std::size_t>(std::ceil(holter.signal->seconds() / bin));
  ChartArtefact out{.kind = ChartArtefact::Kind::steps,
                    .x_label = "time from the start (h:mm)",
                    .y_label = fmt::format("beats in {:.0f} s", bin),
                    .x_is_time = true,
                    .series = {}};
  for (const Beat kind : {Beat::ventricular, Beat::supraventricular}) {
    ChartArtefact::Series series{std::string(letter_of(kind)), {}, std::vector<double>(bins)};
    for (std::size_t i = 0; i < bins; ++i) series.x.push_back(static_cast<double>(i) * bin);
    for (const ReportedBeat& beat : holter.beats) {
      if (beat.beat == kind) ++series.y[std::min(static_cast<std::size_t>(beat.at_seconds / bin), bins - 1)];
    }
    out.series.push_back(std::move(series));
  }
  return out;
}

ChartArtefact tachogram(const Holter& holter) {
  ChartArtefact out{.kind = ChartArtefact::Kind::line,
                    .x_label = "time from the start (h:mm)",
                    .y_label = "R-R interval (ms)",
                    .x_is_time = true,
                    .series = {{"R-R", {}, {}}}};
  for (const ReportedBeat& beat : holter.beats) {
    out.series[0].x.push_back(beat.at_seconds);
    out.series[0].y.push_back(is_rhythm_interval(beat) ? 1000.0 * beat.interval_seconds : std::nan(""));
  }
  return out;
}

ChartArtefact poincare(const Holter& holter) {
  ChartArtefact out{.kind = ChartArtefact::Kind::scatter,
                    .x_label = "R-R interval (ms)",
                    .y_label = "next R-R interval (ms)",
                    .series = {{"with an ectopic beat", {}, {}, "quiet"}, {"normal beats", {}, {}}},
                    .equal_axes = true};
  for (std::size_t i = 2; i < holter.beats.size(); ++i) {
    const ReportedBeat &last = holter.beats[i - 1], &now = holter.beats[i];
    if (!is_rhythm_interval(last) || !is_rhythm_interval(now)) continue;
    const auto normal = [&](std::size_t k) { return holter.beats[k].beat == Beat::normal; };
    auto& series = out.series[normal(i - 2) && normal(i - 1) && normal(i) ? 1 : 0];
    series.x.push_back(1000.0 * last.interval_seconds);
    series.y.push_back(1000.0 * now.interval_seconds);
  }
  return out;
}

void add(Finding& finding, const std::string& name, const std::string& text, ChartArtefact chart) {
  const bool empty = std::ranges::all_of(chart.series, [](const auto& series) { return series.x.empty(); });
  if (!empty) finding.artefacts.push_back({name, text, std::move(chart)});
}

// The mean over the samples that are there; empty: there are none.
std::vector<double> mean_complex(const Holter& holter, Beat kind) {
  std::vector<double> places;
  for (const ReportedBeat& beat : holter.beats) {
    if (beat.beat == kind) places.push_back(beat.at_seconds);
  }
  const double rate = holter.signal->rate_hz;
  const auto before = std::llround(template_before_seconds * rate), after = std::llround(template_after_seconds * rate);
  std::vector<double> sum(static_cast<std::size_t>(before + after)), count(sum.size());
  const std::size_t step = std::max<std::size_t>(1, (places.size() + template_beats - 1) / template_beats);
  for (std::size_t i = 0; i < places.size(); i += step) {
    const std::int64_t begin = std::llround(places[i] * rate) - before;
    if (begin < 0 || begin + before + after > holter.signal->length) continue;
    const std::vector<float> samples =
        read_leads(*holter.signal, {holter.leads.front()}, begin, before + after).front();
    double level = 0, there = 0;
    for (const float v : samples) {
      if (std::isfinite(v)) level += v, ++there;
    }
    for (std::size_t k = 0; k < samples.size(); ++k) {
      if (std::isfinite(samples[k])) sum[k] += samples[k] - level / there, ++count[k];
    }
  }
  if (std::ranges::all_of(count, [](double n) { return n == 0; })) return {};
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] = count[k] > 0 ? sum[k] / count[k] : std::nan("");
  return sum;
}

// Strips are chosen one after the other; what one of them shows gets no strip of its own.
class Strips {
 public:
  Strips(const Holter& holter, Finding& finding) : holter_(holter), finding_(finding) {}

  void show(double from, double until, const std::string& statement, const std::string& text) {
    if (count_ == most_strips) return;
    const Signal& signal = *holter_.signal;
    const double middle = until - from > strip_seconds - 2 ? from + strip_seconds / 2 - 1 : (from + until) / 2;
    const double begin = std::clamp(middle - strip_seconds / 2, 0.0, std::max(0.0, signal.seconds() - strip_seconds));
    const auto first = static_cast<std::int64_t>(begin * signal.rate_hz);
    const std::int64_t count =
        std::min<std::int64_t>(std::llround(strip_seconds * signal.rate_hz), signal.length - first);
    StripArtefact strip;
    strip.begin_seconds = static_cast<double>(first) / signal.rate_hz;
    strip.rate_hz = signal.rate_hz;
    strip.recording_started_at = signal.started_at;
    for (const std::size_t lead : holter_.leads) {
      strip.channels.push_back(signal.channels[lead]);
      strip.channels.back().samples_per_frame = 1;
    }
    strip.samples = read_leads(signal, holter_.leads, first, count);
    const double end = begin + strip_seconds;
    for (const ReportedBeat& beat : holter_.beats) {
      if (beat.at_seconds < begin || beat.at_seconds > end) continue;
      strip.marks.push_back(
          {beat.at_seconds, beat.at_seconds, std::string(letter_of(beat.beat)), "", beat.probability});
    }
    if (until > from) strip.marks.push_back({std::max(from, begin), std::min(until, end), "evidence", text, {}});
    const std::string name = fmt::format("strip.{}", ++count_);
    finding_.artefacts.push_back({name, text, std::move(strip)});
    finding_.evidence.push_back({statement, text, name});
    shown_.emplace_back(begin, end);
  }
  bool shows(double at) const {
    return std::ranges::any_of(shown_, [&](const auto& s) { return at > s.first + 1 && at < s.second - 1; });
  }

 private:
  const Holter& holter_;
  Finding& finding_;
  std::size_t count_ = 0;
  std::vector<std::pair<double, double>> shown_;
};

}  // namespace

void add_charts(const Holter& holter, Finding& finding) {
  const double bin = bin_seconds(holter.signal->seconds());
  add(finding, "trend", fmt::format("heart rate, means of {:.0f} s", bin), trend(holter, bin));
  add(finding, "ectopy", "ventricular and supraventricular beats over time", ectopy(holter, bin));
  add(finding, "tachogram", "every R-R interval", tachogram(holter));
  add(finding, "poincare", "each R-R interval against the next", poincare(holter));
}

void add_templates(const Holter& holter, Finding& finding) {
  const std::size_t lead = holter.leads.front();
  const std::string unit = holter.signal->channels[lead].unit;
  for (std::size_t kind = 0; kind + 1 < beat_classes; ++kind) {
    const auto beat = static_cast<Beat>(kind);
    const std::vector<double> complex = mean_complex(holter, beat);
    if (complex.empty()) continue;
    ChartArtefact chart{.kind = ChartArtefact::Kind::line,
                        .x_label = "ms from the R peak",
                        .y_label = unit.empty() ? "amplitude" : unit,
                        .series = {{std::string(letter_of(beat)), {}, complex}},
                        .group = "templates"};
    for (std::size_t i = 0; i < complex.size(); ++i) {
      chart.series[0].x.push_back(1000 * (static_cast<double>(i) / holter.signal->rate_hz - template_before_seconds));
    }
    add(finding, fmt::format("template.{}", kind),
        fmt::format("mean complex of class {}, lead {}", letter_of(beat), holter.signal->channels[lead].name),
        std::move(chart));
  }
}

void add_strips(const Holter& holter, const std::shared_ptr<const BeatNetworks>& networks, Finding& finding) {
  Strips strips(holter, finding);
  for (const RhythmCode& code : rhythm_codes()) {
    const Episode* longest = nullptr;
    for (const Episode& episode : holter.episodes) {
      if (episode.code != code.code) continue;
      const auto length = [](const Episode& e) { return e.end_seconds - e.begin_seconds; };
      if (longest == nullptr || length(episode) > length(*longest)) longest = &episode;
    }
    if (longest == nullptr || (strips.shows(longest->begin_seconds) && strips.shows(longest->end_seconds))) continue;
    strips.show(longest->begin_seconds, longest->end_seconds, "rhythm." + std::string(code.code),
                fmt::format("{} (not validated), longest episode: {:.1f} s", code.text,
                            longest->end_seconds - longest->begin_seconds));
  }
  for (const Beat kind : {Beat::ventricular, Beat::supraventricular, Beat::fusion}) {
    // The most probable beat of its class.
    const ReportedBeat* best = nullptr;
    for (const ReportedBeat& beat : holter.beats) {
      if (beat.beat == kind && (best == nullptr || beat.probability > best->probability)) best = &beat;
    }
    if (best == nullptr) continue;
    const BeatEvidence why = evidence_of(*holter.signal, holter.leads, best->at_seconds, kind, networks);
    const double from = why.parts.empty() ? best->at_seconds : why.parts.front().begin_seconds;
    const double until = why.parts.empty() ? best->at_seconds : why.parts.front().end_seconds;
    strips.show(
        from, until, fmt::format("beats.{}", small_letter_of(kind)),
        fmt::format("the most probable {} ({:.2f}) was {}", letter_of(kind), best->probability, sentence_of(why)));
  }
}

}  // namespace galen::ecg
