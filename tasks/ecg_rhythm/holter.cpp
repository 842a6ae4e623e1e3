#include "tasks/ecg_rhythm/holter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "galen/base/text.h"
#include "galen/prep/ecg_leads.h"
#include "tasks/ecg_rhythm/holter_figures.h"
#include "tasks/ecg_rhythm/holter_tables.h"
#include "tasks/ecg_rhythm/quality.h"
#include "tasks/ecg_rhythm/ventricular_fibrillation.h"

namespace galen::ecg {
namespace {

struct RhythmMark {
  std::string_view code, aux;
};
// As WFDB writes them, the most serious first. "(SBR", sinus bradycardia, is marked only where nothing else holds.
// Conditions without a mark of their own are given in words only. Ventricular flutter also stands between [ and ].
constexpr std::array rhythm_marks = {RhythmMark{VentricularFibrillation::code, "(VFL"},
                                     RhythmMark{"vt", "(VT"},
                                     RhythmMark{"v_run", "(IVR"},
                                     RhythmMark{"svta", "(SVTA"},
                                     RhythmMark{"afib", "(AFIB"},
                                     RhythmMark{"bigeminy", "(B"},
                                     RhythmMark{"trigeminy", "(T"},
                                     RhythmMark{"bradycardia", "(SBR"}};

// Marks each change of the first of the rhythms that hold.
void mark_rhythms(const Holter& holter, std::vector<Mark>& marks) {
  struct Turn {
    double at_seconds;
    std::size_t rank;
    int step;  // change in the number of such episodes from here on
  };
  std::vector<Turn> turns;
  for (const Episode& episode : holter.episodes) {
    const auto mark = std::ranges::find(rhythm_marks, episode.code, &RhythmMark::code);
    if (mark == rhythm_marks.end()) continue;
    const auto rank = static_cast<std::size_t>(mark - rhythm_marks.begin());
    turns.push_back({episode.begin_seconds, rank, 1});
    turns.push_back({episode.end_seconds, rank, -1});
  }
  std::ranges::sort(turns, {}, &Turn::at_seconds);
  std::array<int, rhythm_marks.size()> holding{};
  std::string marked = "(N";
  for (auto turn = turns.begin(); turn != turns.end();) {
    const double at = turn->at_seconds;
    for (; turn != turns.end() && turn->at_seconds == at; ++turn) holding[turn->rank] += turn->step;
    const auto first = std::ranges::find_if(holding, [](int count) { return count > 0; });
    const std::string aux(first == holding.end() ? "(N"
                                                 : rhythm_marks[static_cast<std::size_t>(first - holding.begin())].aux);
    if (aux != marked && at < holter.last_seconds()) marks.push_back({at, at, "+", aux});
    marked = aux;
  }
}

// For each beat, whether it lies in an episode of one of these codes.
std::vector<bool> beats_in(const Holter& holter, std::initializer_list<std::string_view> codes) {
  std::vector<bool> out(holter.beats.size());
  for (const Episode& episode : holter.episodes) {
    if (std::ranges::find(codes, episode.code) == codes.end()) continue;
    const auto at = [&](double seconds) {
      return std::ranges::lower_bound(holter.beats, seconds, {}, &ReportedBeat::at_seconds) - holter.beats.begin();
    };
    std::fill(out.begin() + at(episode.begin_seconds), out.begin() + at(episode.end_seconds), true);
  }
  return out;
}

// Adds each beat to the counts for its time.
template <typename CountsAt>
void count_beats(const Holter& holter, CountsAt counts_at) {
  const std::vector<bool> waves = beats_in(holter, {VentricularFibrillation::code});
  for (std::size_t i = 0; i < waves.size(); ++i) {
    const ReportedBeat& beat = holter.beats[i];
    NamedBeat named;
    named.beat = beat.beat;
    named.interval_seconds = beat.interval_seconds;
    named.adapted = beat.adapted;
    named.wave = waves[i];
    counts_at(beat.at_seconds).add(named);
  }
}

// "2.5 h", "31 min"
std::string length_text(double seconds) {
  return seconds < 3600 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
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
        fmt::format("{} {:.0f} {} over {} of N-N intervals", name == std::string_view("sdnn") ? "SDNN" : "RMSSD",
                    *measure.value, measure.unit, length_text(hrv.nn_s));
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

Counts counts_of(const Holter& holter) {
  Counts out;
  count_beats(holter, [&](double) -> Counts& { return out; });
  return out;
}

std::vector<Counts> hours_of(const Holter& holter) {
  std::vector<Counts> hours(static_cast<std::size_t>(std::ceil(holter.signal->seconds() / 3600)));
  std::size_t last = 0;
  count_beats(holter, [&](double at_seconds) -> Counts& {
    const auto hour = std::min(static_cast<std::size_t>(at_seconds / 3600), hours.size() - 1);
    if (hour != last) hours[hour].go_on_from(hours[std::exchange(last, hour)]);
    return hours[hour];
  });
  return hours;
}

Hrv variability_of(const Holter& holter) {
  const std::vector<bool> not_sinus = beats_in(holter, {VentricularFibrillation::code, "afib"});
  std::vector<TimedBeat> beats;
  beats.reserve(holter.beats.size());
  for (std::size_t i = 0; i < not_sinus.size(); ++i) {
    const ReportedBeat& beat = holter.beats[i];
    beats.push_back({beat.at_seconds, not_sinus[i] ? Beat::unclassified : beat.beat, beat.interval_seconds == 0});
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
                     static_cast<float>(p[static_cast<std::size_t>(beat.beat)]), may_be_v, beat.adapted});
  }
  news = {};
}

void describe(const Holter& holter, const std::shared_ptr<const BeatNetworks>& networks, Finding& finding) {
  const double seconds = holter.signal->seconds();
  const std::vector<QualityLook> looks = look_at_quality(*holter.signal, holter.leads);
  state_counts(counts_of(holter), finding);
  state_quality(looks, *holter.signal, holter.leads, finding);
  EpisodeSums sums;
  sums.add(holter.episodes);
  sums.state(seconds - holter.missing_seconds, finding);
  finding.artefacts.push_back({"beats", "every beat, and changes of rhythm (not validated)", annotations_of(holter)});
  if (!holter.episodes.empty()) {
    finding.artefacts.push_back({"episodes", "episodes of each condition (not validated)",
                                 episodes_table(holter.episodes, holter.signal->started_at)});
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
        {"beats",
         fmt::format("V cannot be ruled out at the 90 % level for {} of another class", counted(count, "beat")),
         "beats"});
  }
  if (holter.non_finite) {
    finding.warnings.push_back(not_numbers());
  }
  for (const std::string& remark : holter.signal->remarks) finding.warnings.push_back({"input", remark});
}

}  // namespace galen::ecg
