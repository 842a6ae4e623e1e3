#pragma once
// The record of one examined recording, and the scores of many.
#include <array>
#include <vector>

#include "galen/pipeline/task.h"
#include "tasks/ecg_rhythm/beat_namer.h"
#include "tasks/ecg_rhythm/ec57.h"
#include "tasks/ecg_rhythm/reading.h"
#include "tasks/ecg_rhythm/unlike.h"

namespace galen::ecg {

/// A candidate with its true class, standing for `weight` candidates of that class.
struct JudgedBeat {
  std::array<float, beat_classes> logits{};
  Beat truth = Beat::none;
  double weight = 1;
};

struct RecordingRecord {
  bool paced = false;
  BeatCounts detected;      ///< ANSI/AAMI EC57: own detector, first five minutes and flutter left out
  BeatCounts at_reference;  ///< the protocol of the literature: whole recording, classified at the reference beats
  BeatCounts detected_adapted, at_reference_adapted;  ///< the same, with adaptation to the patient
  std::vector<JudgedBeat> judged;                     ///< a sample of the detector's candidates, for calibration
  std::vector<double> statistics;                     ///< as in RecordingStatistics; empty: too few candidates
};
Json to_json(const RecordingRecord& record);
/// Errors: unknown or missing keys, as in a record of an earlier version.
RecordingRecord recording_record_from_json(const JsonView& json);

/// Compares the beats, as the networks of a bundle name them in use, with the truth. Errors: network outputs that are
/// not finite.
RecordingRecord examine_recording(const Recording& recording, const std::shared_ptr<const BeatNetworks>& networks);

/// Names are PROTOCOL.CLASS.FIGURE: "aami" or "reference", "aami_adapted" or "reference_adapted"; "qrs", "n", "s", "v",
/// "f"; "se" and "ppv" (gross: beats of all recordings together), "se.mean" and "ppv.mean" (mean over the recordings
/// that have such beats), "se.rest" and "ppv.rest" (gross, without the patient of the recording that has most of the
/// class). "reference.accuracy". The n of a mean is the number of patients for whom it is defined. Paced recordings are
/// left out, as EC57 requires. Intervals: bootstrap over patients.
Scores score_recordings(const std::vector<Record>& records);

/// For every recording, all figures that score_recordings() gives as a mean over recordings; NaN for a paced one.
std::map<std::string, CaseScores> case_scores(const std::vector<Record>& records);

}  // namespace galen::ecg
