#include "tasks/ecg_rhythm/holter.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "galen/prep/ecg_leads.h"
#include "tasks/ecg_rhythm/holter_figures.h"
#include "tasks/ecg_rhythm/holter_tables.h"
#include "tasks/ecg_rhythm/quality.h"
#include "tasks/ecg_rhythm/ventricular_fibrillation.h"

namespace galen::ecg {
namespace {

// Rhythm marks as WFDB writes them; codes without one of their own stay in words, [ and ] enclose ventricular flutter.
std::string aux_of(std::string_view code) {
  if (code == "afib") return "(AFIB";
  if (code == "bigeminy") return "(B";
  if (code == "trigeminy") return "(T";
  if (code == "vt") return "(VT";
  if (code == "v_run") return "(IVR";
  if (code == "svta") return "(SVTA";
  if (code == "bradycardia") return "(SBR";
  return {};
}

// Where another rhythm is the gravest of those that hold.
void mark_rhythms(const Holter& holter, std::vector<Mark>& marks) {
  struct Turn {
    double at_seconds;
    std::size_t rank;
    int step;  // so many more hold from here on
  };
  const std::span<const RhythmCode> codes = rhythm_codes();
  std::vector<Turn> turns;
  for (const Episode& episode : holter.episodes) {
    if (aux_of(episode.code).empty()) continue;
    const auto rank = static_cast<std::size_t>(&rhythm_code(episode.code) - codes.data());
    turns.push_back({episode.begin_seconds, rank, 1});
    turns.push_back({episode.end_seconds, rank, -1});
  }
  std::ranges::sort(turns, {}, &Turn::at_seconds);
  std::vector<int> holding(codes.size());
  std::string marked = "(N";
  for (auto turn = turns.begin(); turn != turns.end();) {
    const double at = turn->at_seconds;
    for (; turn != turns.end() && turn->at_seconds == at; ++turn) holding[turn->rank] += turn->step;
    const auto gravest = std::ranges::find_if(holding, [](int count) { return count > 0; });
    const std::string aux =
        gravest == holding.end() ? "(N" : aux_of(codes[static_cast<std::size_t>(gravest - holding.begin())].code);
    if (aux != marked && at < holter.last_seconds()) marks.push_back({at, at, "+", aux});
    marked = aux;
  }
}

void state_variability(const Hrv& hrv, Finding& finding) {
  for (const char* name : {"sdnn", "rmssd"}) {
    const HrvMeasure& measure = hrv.at(name);
    if (!measure.value) continue;
    Statement statement;
    statement.id = fmt::format("variability.{}", name);
    statement.value = measure.value;
    statement.unit = measure.unit;
    statement.text =
        fmt::format("{} {:.0f} {}", name == std::string_view("sdnn") ? "SDNN" : "RMSSD", *measure.value, measure.unit);
    if (name == std::string_view("sdnn"))
      statement.code = {"http://loinc.org", "80404-7", "R-R interval.standard deviation (Heart rate variability)"};
    finding.statements.push_back(std::move(statement));
  }
}

}  // namespace

Annotations annotations_of(const Holter& holter) {
  Annotations out;
  out.rate_hz = holter.signal->rate_hz;
  for (const ReportedBeat& beat : holter.beats) {
    out.marks.push_back({beat.at_seconds, beat.at_seconds, std::string(letter_of(beat.beat)), "", beat.probability});
  }
  for (const Episode& episode : holter.episodes) {
    if (episode.code != VentricularFibrillation::code) continue;
    const double end = std::min(episode.end_seconds, holter.last_seconds());
    out.marks.push_back({episode.begin_seconds, episode.begin_seconds, "[", ""});
    out.marks.push_back({end, end, "]", ""});
  }
  mark_rhythms(holter, out.marks);
  std::ranges::stable_sort(out.marks, {}, &Mark::at_seconds);
  return out;
}

Hrv variability_of(const Holter& holter) {
  std::vector<Episode> fibrillation;
  std::ranges::copy_if(holter.episodes, std::back_inserter(fibrillation),
                       [](const Episode& e) { return e.code == VentricularFibrillation::code; });
  std::vector<TimedBeat> beats;
  beats.reserve(holter.beats.size());
  for (const ReportedBeat& beat : holter.beats) {
    const bool fibrillates = std::ranges::any_of(fibrillation, [&](const Episode& e) {
      return beat.at_seconds >= e.begin_seconds && beat.at_seconds < e.end_seconds;
    });
    beats.push_back({beat.at_seconds, fibrillates ? Beat::unclassified : beat.beat, beat.interval_seconds == 0});
  }
  return heart_rate_variability(beats);
}

Holter::Holter(const Signal& its_signal, const Bundle& bundle)
    : signal(&its_signal), leads(choose_leads(its_signal.channels)) {
  calibration_.classes = beat_classes;
  if (bundle.calibration.contains("calibration")) {
    calibration_ = calibration_from_json({bundle.calibration["calibration"], "calibration"});
  }
  if (bundle.decision.contains("beat_sets")) {
    sets_ = conformal_sets_from_json({bundle.decision["beat_sets"], "decision: beat_sets"});
  }
}

double Holter::last_seconds() const {
  return static_cast<double>(signal->length - 1) / signal->rate_hz;
}

void Holter::take(News& news) {
  for (const NamedBeat& beat : news.beats) {
    const std::vector<double> logits(beat.logits.begin(), beat.logits.end());
    const std::vector<double> p = probabilities_of(calibration_, logits);
    const bool may_be_v = sets_ && beat.beat != Beat::ventricular &&
                          std::ranges::count(set_of(*sets_, p), static_cast<int>(Beat::ventricular)) > 0;
    beats.push_back({static_cast<double>(beat.sample) / signal->rate_hz, beat.interval_seconds, beat.beat,
                     static_cast<float>(p[static_cast<std::size_t>(beat.beat)]), may_be_v});
    counts.add(beat);
  }
  news = {};
}

void describe(const Holter& holter, const std::shared_ptr<const BeatNetworks>& networks, Finding& finding) {
  const double seconds = holter.signal->seconds();
  const std::vector<QualityLook> looks = look_at_quality(*holter.signal, holter.leads);
  state_counts(holter.counts, finding);
  state_quality(looks, *holter.signal, holter.leads, finding);
  EpisodeSums sums;
  sums.add(holter.episodes);
  sums.state(seconds, finding);
  finding.artefacts.push_back({"beats", "every beat, and changes of rhythm", annotations_of(holter)});
  if (!holter.episodes.empty()) {
    finding.artefacts.push_back({"episodes", "where each condition held", episodes_table(holter.episodes)});
  }
  if (!holter.beats.empty()) {
    finding.artefacts.push_back({"hours", "hour by hour", hours_table(holter, looks)});
    const Hrv hrv = variability_of(holter);
    state_variability(hrv, finding);
    finding.artefacts.push_back({"variability", "heart-rate variability (Task Force 1996)", variability_table(hrv)});
    add_charts(holter, finding);
    add_templates(holter, finding);
    add_strips(holter, networks, finding);
  }
  warn_missing(holter.missing_seconds, seconds, finding);
  if (const auto count = std::ranges::count(holter.beats, true, &ReportedBeat::may_be_v); count > 0) {
    finding.evidence.push_back(
        {"beats", fmt::format("{} beats are named otherwise, but V cannot be ruled out at 90 %", count), "beats"});
  }
  if (holter.non_finite) {
    finding.warnings.push_back({"engine", "the network gave values that are not numbers: do not use this finding"});
  }
  for (const std::string& remark : holter.signal->remarks) finding.warnings.push_back({"input", remark});
}

}  // namespace galen::ecg
