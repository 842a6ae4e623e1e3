#pragma once
// From samples to beats and rhythm, the same on a file and live.
#include <memory>
#include <span>
#include <vector>

#include "tasks/ecg_rhythm/beat_namer.h"
#include "tasks/ecg_rhythm/rhythm.h"

namespace galen::ecg {

/// What a push of samples made known.
struct News {
  std::vector<NamedBeat> beats;  ///< candidates that are no beats left out
  std::vector<RhythmTracker::Change> changes;
};

/// One recording. Beats come out in the order of time, some beats late; where all leads are missing for a second or
/// more there is a gap, in which nothing is said.
class EcgStream {
 public:
  EcgStream(std::shared_ptr<const BeatNetworks> networks, const RhythmRules& rules, double rate_hz, std::size_t leads);

  /// samples[lead][i], continuing.
  void push(std::span<const std::vector<float>> samples, News& news);
  void finish(News& news);

  double received_seconds() const { return static_cast<double>(reader_.received()) / rate_hz_; }
  double missing_seconds() const { return static_cast<double>(missing_) / rate_hz_; }
  const std::vector<Episode>& episodes() const { return tracker_.episodes(); }
  bool non_finite() const { return namer_.non_finite(); }
  /// Candidates that the network took for no beat.
  std::int64_t rejected() const { return rejected_; }

 private:
  struct Stretch {
    std::int64_t begin, end;
  };
  void note_missing(std::span<const std::vector<float>> samples);
  void tell(std::vector<NamedBeat> beats, News& news);
  void pass_gaps(std::int64_t until, News& news);
  double seconds(std::int64_t sample) const { return static_cast<double>(sample) / rate_hz_; }

  double rate_hz_;
  BeatReader reader_;
  BeatNamer namer_;
  RhythmTracker tracker_;
  std::deque<Stretch> gaps_;      // that the tracker has not passed yet
  std::int64_t missing_run_ = 0;  // samples in a row without any lead
  std::int64_t missing_ = 0, rejected_ = 0;
  std::int64_t last_beat_ = -1;  // none, or a gap since
};

}  // namespace galen::ecg
