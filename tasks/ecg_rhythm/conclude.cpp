// What out-of-fold records decide: calibrated probabilities of beats, and sets of classes that hold the truth.
#include "galen/trust/calibration.h"
#include "galen/trust/conformal.h"
#include "tasks/ecg_rhythm/phantom.h"
#include "tasks/ecg_rhythm/record.h"
#include "tasks/ecg_rhythm/task.h"

namespace galen::ecg {
namespace {

constexpr double set_level = 0.9;

}  // namespace

void EcgRhythm::conclude(Bundle& bundle, const std::vector<Record>& records) const {
  std::vector<LogitSample> samples;
  for (const Record& record : records) {
    const auto one = recording_record_from_json({record.values, "record of case " + record.case_id});
    for (const JudgedBeat& beat : one.judged) {
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
  if (const auto check = cross_fitted_coverage(classes, set_level, true)) bundle.coverage["beats"] = to_json(*check);
}

std::map<std::string, Case> EcgRhythm::goldens(const Bundle&) const {
  const Phantom made = phantom("NNNNNNNNNNNNVNNNNNNNSNNNNNNNNVVVNNNNNNN-NNNNNNNNNN");
  return {{"made", {"made", "made", {{"signal", made.signal}}, {}, {}}}};
}

}  // namespace galen::ecg
