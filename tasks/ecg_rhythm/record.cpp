#include "tasks/ecg_rhythm/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "galen/base/random.h"
#include "galen/metric/bootstrap.h"

namespace galen::ecg {
namespace {

constexpr double learning_seconds = 300;      // EC57: the first five minutes are not scored
constexpr std::size_t judged_per_class = 60;  // candidates kept per recording and class

// The same recording always gives the same sample.
std::vector<JudgedBeat> sample_of(const std::vector<NamedBeat>& beats, const std::vector<int>& truths,
                                  std::uint64_t seed) {
  std::vector<JudgedBeat> out;
  for (int kind = 0; kind < static_cast<int>(beat_classes); ++kind) {
    std::vector<std::size_t> of_kind;
    for (std::size_t i = 0; i < beats.size(); ++i) {
      if (truths[i] == kind) of_kind.push_back(i);
    }
    const auto all = static_cast<double>(of_kind.size());
    Random random(seed, 0, static_cast<std::uint64_t>(kind), "judged beats");
    random.shuffle(of_kind);
    of_kind.resize(std::min(of_kind.size(), judged_per_class));
    for (const std::size_t i : of_kind) {
      out.push_back({beats[i].logits, static_cast<Beat>(kind), all / static_cast<double>(of_kind.size())});
    }
  }
  return out;
}

using Pick = const BeatCounts RecordingRecord::*;
using Figure = std::function<double(const BeatCounts&)>;

struct Pool {
  std::vector<std::string> patients;
  std::vector<RecordingRecord> records;
};

double gross(const Pool& pool, std::span<const std::size_t> rows, Pick counts, const Figure& figure) {
  BeatCounts sum;
  for (const std::size_t row : rows) sum += pool.records[row].*counts;
  return figure(sum);
}

Pool without_most(const Pool& pool, Pick counts, Beat beat) {
  const auto most = std::ranges::max_element(
      pool.records, {}, [&](const RecordingRecord& record) { return (record.*counts).beats(beat); });
  const std::string patient = pool.patients[static_cast<std::size_t>(most - pool.records.begin())];
  Pool out;
  for (std::size_t i = 0; i < pool.records.size(); ++i) {
    if (pool.patients[i] == patient) continue;
    out.patients.push_back(pool.patients[i]);
    out.records.push_back(pool.records[i]);
  }
  return out;
}

// Reported gross and as a mean over recordings; those of a class also without the patient who has most of it.
struct NamedFigure {
  std::string name;
  Pick counts;
  Figure of;
  std::optional<Beat> beat;
};

std::vector<NamedFigure> figures() {
  const std::pair<const char*, Pick> protocols[] = {{"aami", &RecordingRecord::detected},
                                                    {"reference", &RecordingRecord::at_reference},
                                                    {"aami_adapted", &RecordingRecord::detected_adapted},
                                                    {"reference_adapted", &RecordingRecord::at_reference_adapted}};
  const std::pair<const char*, Beat> classes[] = {
      {"n", Beat::normal}, {"s", Beat::supraventricular}, {"v", Beat::ventricular}, {"f", Beat::fusion}};
  std::vector<NamedFigure> out = {{"aami.qrs.se", &RecordingRecord::detected, &BeatCounts::qrs_sensitivity, {}},
                                  {"aami.qrs.ppv", &RecordingRecord::detected, &BeatCounts::qrs_ppv, {}}};
  for (const auto& [protocol, counts] : protocols) {
    for (const auto& [letter, beat] : classes) {
      const std::string name = fmt::format("{}.{}.", protocol, letter);
      out.push_back({name + "se", counts, [beat = beat](const BeatCounts& c) { return c.sensitivity(beat); }, beat});
      out.push_back({name + "ppv", counts, [beat = beat](const BeatCounts& c) { return c.ppv(beat); }, beat});
    }
  }
  for (const auto& [protocol, counts] : {protocols[1], protocols[3]}) {
    out.push_back({fmt::format("{}.accuracy", protocol), counts, &BeatCounts::accuracy, {}});
  }
  return out;
}

std::string name_of_mean(const NamedFigure& figure) {
  return figure.name + ".mean";
}

RecordingRecord record_of(const Record& record) {
  return recording_record_from_json({record.values, "record of case " + record.case_id});
}

}  // namespace

RecordingRecord examine_recording(const Recording& recording, const std::shared_ptr<const BeatNetworks>& networks) {
  RecordingRecord out;
  out.paced = recording.truth.paced;
  const std::vector<BeatToken> tokens = read_beats(networks->plan, recording);
  RecordingStatistics statistics(networks->plan);
  for (const BeatToken& token : tokens) statistics.add(token);
  out.statistics = statistics.values();
  const std::vector<int> classes = classes_of(tokens, recording);
  std::vector<int> truths;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].is_pause()) truths.push_back(classes[i]);
  }
  const double rate_hz = recording.signal.rate_hz;
  const auto compared = [&](const std::vector<NamedBeat>& beats) {
    std::vector<GivenBeat> given;
    for (const NamedBeat& beat : beats) {
      if (beat.beat != Beat::none) given.push_back({beat.sample, beat.beat});
    }
    return compare_beats(recording.truth, given, rate_hz, std::llround(learning_seconds * rate_hz));
  };
  const std::vector<NamedBeat> beats = named_to_judge(tokens, networks);
  out.detected = compared(beats);
  out.detected_adapted = compared(named_to_judge(tokens, networks, true));
  out.at_reference = compare_at_reference(recording, networks);
  out.at_reference_adapted = compare_at_reference(recording, networks, true);
  out.judged = sample_of(beats, truths, beats.size());
  return out;
}

Json to_json(const RecordingRecord& record) {
  Json judged = Json::array();
  for (const JudgedBeat& beat : record.judged) {
    Json row = Json::array({static_cast<int>(beat.truth), beat.weight});
    for (const float logit : beat.logits) row.push_back(std::round(logit * 1000.f) / 1000.0);
    judged.push_back(std::move(row));
  }
  return {{"paced", record.paced},
          {"detected", to_json(record.detected)},
          {"at_reference", to_json(record.at_reference)},
          {"detected_adapted", to_json(record.detected_adapted)},
          {"at_reference_adapted", to_json(record.at_reference_adapted)},
          {"judged", std::move(judged)},
          {"statistics", record.statistics}};
}

RecordingRecord recording_record_from_json(const JsonView& json) {
  json.only({"paced", "detected", "at_reference", "detected_adapted", "at_reference_adapted", "judged", "statistics"});
  RecordingRecord out;
  out.paced = json.get<bool>("paced");
  out.detected = beat_counts_from_json(json.at("detected"));
  out.at_reference = beat_counts_from_json(json.at("at_reference"));
  out.detected_adapted = beat_counts_from_json(json.at("detected_adapted"));
  out.at_reference_adapted = beat_counts_from_json(json.at("at_reference_adapted"));
  for (const auto& row : json.get<std::vector<std::vector<double>>>("judged")) {
    if (row.size() != beat_classes + 2 || !(row[0] >= 0 && row[0] < beat_classes)) {
      throw Error(json.where() + ".judged", "is no list of beats");
    }
    JudgedBeat beat{{}, static_cast<Beat>(static_cast<int>(row[0])), row[1]};
    for (std::size_t k = 0; k < beat_classes; ++k) beat.logits[k] = static_cast<float>(row[k + 2]);
    out.judged.push_back(beat);
  }
  out.statistics = json.get<std::vector<double>>("statistics");
  if (!out.statistics.empty() && out.statistics.size() != RecordingStatistics::names().size()) {
    throw Error(json.where() + ".statistics", "is of another version",
                fmt::format("{} statistics, {} expected", out.statistics.size(), RecordingStatistics::names().size()),
                "examine the recordings again");
  }
  return out;
}

Scores score_recordings(const std::vector<Record>& records) {
  Pool pool;
  for (const Record& record : records) {
    RecordingRecord one = record_of(record);
    if (one.paced) continue;
    pool.patients.push_back(record.patient);
    pool.records.push_back(std::move(one));
  }
  Scores scores;
  if (pool.records.empty()) return scores;
  const BootstrapOptions share{.share = true};
  const auto put_gross = [&](const std::string& name, const Pool& from, const NamedFigure& figure) {
    const auto statistic = [&](std::span<const std::size_t> rows) {
      return gross(from, rows, figure.counts, figure.of);
    };
    scores[name] = bootstrap(from.patients, statistic, share);
  };
  for (const NamedFigure& figure : figures()) {
    put_gross(figure.name, pool, figure);
    std::vector<double> of_each;
    for (const RecordingRecord& record : pool.records) of_each.push_back(figure.of(record.*figure.counts));
    scores[name_of_mean(figure)] = bootstrap_mean(of_each, pool.patients, share);
    if (!figure.beat) continue;
    const Pool rest = without_most(pool, figure.counts, *figure.beat);
    if (!rest.records.empty()) put_gross(figure.name + ".rest", rest, figure);
  }
  return scores;
}

std::map<std::string, CaseScores> case_scores(const std::vector<Record>& records) {
  std::map<std::string, CaseScores> out;
  const std::vector<NamedFigure> all = figures();
  bool any = false;
  for (const Record& record : records) {
    const RecordingRecord one = record_of(record);
    any = any || !one.paced;
    for (const NamedFigure& figure : all) {
      out[name_of_mean(figure)].values.push_back(one.paced ? std::nan("") : figure.of(one.*figure.counts));
    }
  }
  if (!any) out.clear();
  return out;
}

}  // namespace galen::ecg
