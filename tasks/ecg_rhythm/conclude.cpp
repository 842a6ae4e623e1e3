// What is fitted on out-of-fold records: the calibration of beat probabilities, the conformal sets of classes, and the
// reference profile of recordings.
#include "galen/trust/calibration.h"
#include "galen/trust/conformal.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/record.h"
#include "tasks/ecg_rhythm/task.h"

namespace galen::ecg {
namespace {

constexpr double set_level = 0.9;
constexpr std::size_t directions = 4;  // of a reference profile's variances: some twenty patients are too few for ten

// Keeps a profile of these recordings; a recording unlike them is warned of. Paced ones are left out, as from the
// scores: nothing is claimed of such hearts, so they may be warned of.
void keep_reference(const std::vector<std::string>& patients, const std::vector<RecordingRecord>& records,
                    Bundle& bundle) {
  std::vector<ReferenceCase> cases;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].paced || records[i].statistics.empty()) continue;
    cases.push_back({patients[i], records[i].statistics, {}});
  }
  const auto profile = kept_profile(RecordingStatistics::names(), cases, {.directions = directions});
  if (profile) bundle.reference["profile"] = to_json(*profile);
}

}  // namespace

void EcgRhythm::conclude(Bundle& bundle, const std::vector<Record>& records) const {
  std::vector<LogitSample> samples;
  std::vector<std::string> patients;
  std::vector<RecordingRecord> recordings;
  for (const Record& record : records) {
    patients.push_back(record.patient);
    recordings.push_back(recording_record_from_json({record.values, "record of case " + record.case_id}));
    for (const JudgedBeat& beat : recordings.back().judged) {
      samples.push_back(
          {{beat.logits.begin(), beat.logits.end()}, static_cast<int>(beat.truth), record.patient, beat.weight});
    }
  }
  if (samples.empty()) throw Error(bundle.id, "has no examined beat to conclude from");
  const CalibrationChoice choice = choose_calibration(samples);
  bundle.calibration = to_json(choice);
  std::vector<ClassSample> classes;
  for (const LogitSample& sample : samples) {
    classes.push_back({probabilities_of(choice.calibration, sample.logits), sample.truth, sample.patient});
  }
  bundle.decision["beat_sets"] = to_json(fit_sets(classes, set_level, true));
  if (const auto check = cross_fitted_coverage(samples, set_level, true)) bundle.coverage["beats"] = to_json(*check);
  keep_reference(patients, recordings, bundle);
}

std::map<std::string, Case> EcgRhythm::goldens(const Bundle&) const {
  const Phantom made = phantom("NNNNNNNNNNNNVNNNNNNNSNNNNNNNNVVVNNNNNNN-NNNNNNNNNN");
  return {{"made", {"made", "made", {{"signal", made.signal}}, {}, {}}}};
}

}  // namespace galen::ecg
