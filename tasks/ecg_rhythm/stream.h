#pragma once
// From samples to beats and rhythm, with the same results on a file and live.
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "tasks/ecg_rhythm/beat_namer.h"
#include "tasks/ecg_rhythm/settings.h"
#include "tasks/ecg_rhythm/unlike.h"
#include "tasks/ecg_rhythm/ventricular_fibrillation.h"

namespace galen::ecg {

/// What became known through a push of samples.
struct News {
  std::vector<NamedBeat> beats;  ///< without the candidates that are none
  std::vector<RhythmTracker::Change> changes;
};

/// One recording. Beats come out in order of time, a few beats late. Where all leads are missing for a second or more
/// there is a gap, about which nothing is said. From the detection of ventricular fibrillation until that of its end,
/// beats do not count for the rhythm.
class EcgStream {
 public:
  EcgStream(std::shared_ptr<const BeatNetworks> networks, const Settings& settings, double rate_hz, std::size_t leads);

  /// samples[lead][i], continuing the previous push.
  void push(std::span<const std::vector<float>> samples, News& news) { follow(hear(samples), news); }
  void finish(News& news) { follow(hear_end(), news); }

  /// The two halves of push() and finish(), for use on two threads: hear() is the signal processing and may run one or
  /// more pieces ahead; follow() runs the networks and the rhythm rules, on the pieces in their order.
  struct Heard {
    std::vector<BeatToken> tokens;
    std::vector<std::pair<std::int64_t, std::int64_t>> gaps;  // [begin, end) in samples; a long gap comes in parts
    std::vector<VentricularFibrillation::Decision> fibrillation;
    std::vector<Episode> fibrillation_episodes;
    std::int64_t received = 0, known_until = 0;
    bool end = false;
  };
  Heard hear(std::span<const std::vector<float>> samples);
  Heard hear_end();
  void follow(Heard heard, News& news);

  double received_seconds() const { return seconds(received_); }
  double missing_seconds() const { return static_cast<double>(missing_) / rate_hz_; }
  /// All episodes that have ended so far; after finish() in order of their beginning.
  const std::vector<Episode>& episodes() const { return episodes_; }
  /// Hands over the episodes that have ended and forgets them, so that memory does not grow with time.
  std::vector<Episode> take_episodes() { return std::exchange(episodes_, {}); }
  bool non_finite() const { return namer_.non_finite(); }
  /// Number of candidates that were classed as none.
  std::int64_t rejected() const { return rejected_; }
  /// Of everything heard so far.
  const RecordingStatistics& statistics() const { return statistics_; }

 private:
  void note_missing(std::span<const std::vector<float>> samples, Heard& heard);
  void tell(std::vector<NamedBeat> beats, News& news);
  void pass_gaps(std::int64_t until, News& news);
  void pass_fibrillation(double until_seconds, News& news);
  std::int64_t least_gap() const;  ///< in samples
  double seconds(std::int64_t sample) const { return static_cast<double>(sample) / rate_hz_; }

  double rate_hz_;
  // Used by hear().
  BeatReader reader_;
  VentricularFibrillation fibrillation_;
  RecordingStatistics statistics_;
  std::int64_t missing_run_ = 0;    // consecutive samples missing in all leads
  std::int64_t missing_until_ = 0;  // end of the last gap
  // Used by follow().
  BeatNamer namer_;
  RhythmTracker tracker_;
  std::vector<Episode> episodes_;
  std::deque<std::pair<std::int64_t, std::int64_t>> gaps_;   // not yet passed on to the tracker
  std::deque<VentricularFibrillation::Decision> decisions_;  // likewise
  std::int64_t received_ = 0, missing_ = 0, rejected_ = 0;
  std::int64_t last_beat_ = -1;  // -1: none yet, or a gap since then
};

}  // namespace galen::ecg
