#pragma once
// From samples to beats and rhythm, the same on a file and live.
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

/// What a push of samples made known.
struct News {
  std::vector<NamedBeat> beats;  ///< candidates that are no beats left out
  std::vector<RhythmTracker::Change> changes;
};

/// One recording. Beats come out in the order of time, some beats late; where all leads are missing for a second or
/// more there is a gap, in which nothing is said. Once ventricular fibrillation is decided, beats make no rhythm until
/// it is over.
class EcgStream {
 public:
  EcgStream(std::shared_ptr<const BeatNetworks> networks, const Settings& settings, double rate_hz, std::size_t leads);

  /// samples[lead][i], continuing.
  void push(std::span<const std::vector<float>> samples, News& news) { follow(hear(samples), news); }
  void finish(News& news) { follow(hear_end(), news); }

  /// The two halves of push() and finish(), for two threads: signal processing, which may go ahead by a piece or more,
  /// and the networks with the rhythm. What was heard is followed in its order.
  struct Heard {
    std::vector<BeatToken> tokens;
    std::vector<std::pair<std::int64_t, std::int64_t>> gaps;  // [begin, end) in samples; a long one comes in parts
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
  /// Of all that ended so far; at the end in the order of their beginnings.
  const std::vector<Episode>& episodes() const { return episodes_; }
  /// Gives up those that ended, so that nothing grows with time.
  std::vector<Episode> take_episodes() { return std::exchange(episodes_, {}); }
  bool non_finite() const { return namer_.non_finite(); }
  /// Candidates that the network took for no beat.
  std::int64_t rejected() const { return rejected_; }
  /// Of all that was heard.
  const RecordingStatistics& statistics() const { return statistics_; }

 private:
  void note_missing(std::span<const std::vector<float>> samples, Heard& heard);
  void tell(std::vector<NamedBeat> beats, News& news);
  void pass_gaps(std::int64_t until, News& news);
  void pass_fibrillation(double until_seconds, News& news);
  std::int64_t least_gap() const;  ///< samples
  double seconds(std::int64_t sample) const { return static_cast<double>(sample) / rate_hz_; }

  double rate_hz_;
  // Of hear().
  BeatReader reader_;
  VentricularFibrillation fibrillation_;
  RecordingStatistics statistics_;
  std::int64_t missing_run_ = 0;    // samples in a row without any lead
  std::int64_t missing_until_ = 0;  // of the last gap
  // Of follow().
  BeatNamer namer_;
  RhythmTracker tracker_;
  std::vector<Episode> episodes_;
  std::deque<std::pair<std::int64_t, std::int64_t>> gaps_;   // that the tracker has not passed yet
  std::deque<VentricularFibrillation::Decision> decisions_;  // likewise
  std::int64_t received_ = 0, missing_ = 0, rejected_ = 0;
  std::int64_t last_beat_ = -1;  // none, or a gap since
};

}  // namespace galen::ecg
