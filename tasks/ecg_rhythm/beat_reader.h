#pragma once
// From samples to beats as the network sees them: cropped, with what is usual for this patient alongside.
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "galen/prep/qrs_detector.h"
#include "tasks/ecg_rhythm/beat_token.h"
#include "tasks/ecg_rhythm/clean_signal.h"
#include "tasks/ecg_rhythm/shape_history.h"
#include "tasks/ecg_rhythm/sudden_onset.h"
#include "tasks/ecg_rhythm/usual_beat.h"

namespace galen::ecg {

inline constexpr double max_pause_seconds = 3;  ///< longer intervals count as this long and are followed by a pause

/// Makes tokens from a stream, with a delay of a few seconds: each waits for the next strong candidate, or for three
/// seconds. The way the stream is cut does not change the tokens.
class BeatReader {
 public:
  BeatReader(const BeatPlan& plan, double rate_hz, std::size_t leads);
  /// Takes the beats at these samples, in ascending order, instead of those that the detector finds.
  BeatReader(const BeatPlan& plan, double rate_hz, std::size_t leads, std::vector<std::int64_t> beats);

  /// samples[lead][i], continuing the previous push; samples that are not finite are missing.
  void push(std::span<const std::vector<float>> samples, std::vector<BeatToken>& out);
  void finish(std::vector<BeatToken>& out);
  std::int64_t received() const { return received_; }
  const CleanSignal& clean() const { return clean_; }
  /// The tokens of all beats before this sample have been given out.
  std::int64_t known_until() const;

 private:
  struct Found {
    std::int64_t sample;
    float strength;
    bool strong;  // unlikely to be a T wave
  };
  void admit(std::int64_t sample, float strength);
  void admit(const std::vector<Candidate>& candidates, bool end);
  std::int64_t heard_until() const;
  void emit(bool end, std::vector<BeatToken>& out);
  void emit_pauses(std::vector<BeatToken>& out) const;
  double seconds_at(std::int64_t sample) const;
  BeatToken token(const Found& found, double next_seconds, double next_strong_seconds);
  bool is_fluttering() const;

  BeatPlan plan_;
  double rate_hz_;
  QrsDetector detector_;
  std::optional<std::vector<std::int64_t>> given_;  // beats to use in place of the detector's
  std::size_t next_given_ = 0;
  std::deque<Candidate> heard_;  // candidates near the given beats
  CleanSignal clean_;
  std::int64_t received_ = 0;
  std::int64_t admitted_strong_ = -1;  // sample of the last strong candidate
  float admitted_strength_ = 0;        // strength of that candidate
  std::deque<Found> waiting_;          // their crops or the next candidates are not there yet

  // What is known of the patient so far.
  UsualBeat usual_;
  std::deque<double> last_intervals_;  // the last few between strong candidates, in seconds
  SuddenOnset onset_;
  float sudden_ = 0;  // its feature at the last strong candidate
  ShapeHistory shapes_;
  std::int64_t last_ = -1, last_strong_ = -1;
};

}  // namespace galen::ecg
