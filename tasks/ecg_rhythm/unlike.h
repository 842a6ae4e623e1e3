#pragma once
// Does this recording resemble those that the networks were trained on?
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "galen/bundle/bundle.h"
#include "galen/data/finding.h"
#include "galen/trust/reference.h"
#include "tasks/ecg_rhythm/beat_reader.h"

namespace galen::ecg {

/// Statistics of a recording: ten means over its candidates, those of waveforms over every fifth one. Only running sums
/// are kept, updated candidate by candidate, so a day takes no more memory than a minute and the way a stream is cut
/// does not matter. Waveforms are taken from the first lead only, so that recordings of one lead can be compared with
/// those of two. Gain, sampling rate and missing samples are left out: the networks do not see them, and since all
/// recordings of one source share them, every other source would appear unlike.
class RecordingStatistics {
 public:
  /// About a minute: means over fewer candidates vary more than those of the long recordings that a profile is learned
  /// from.
  static constexpr std::int64_t least_candidates = 60;
  static std::vector<std::string> names();

  explicit RecordingStatistics(const BeatPlan& plan);
  void add(const BeatToken& token);
  /// In the order of names(); empty: fewer than least_candidates candidates with a first lead.
  std::vector<double> values() const;

 private:
  void add_shape(const BeatToken& token);

  std::size_t length_, qrs_begin_, qrs_end_, t_begin_;  // of a crop, in samples
  double rate_hz_;                                      // of a crop
  std::int64_t candidates_ = 0, shapes_ = 0;
  struct Sums {
    double rate = 0, uneven = 0, strength = 0, likeness = 0, breadth = 0;  // of features
    double qrs_seconds = 0, t_wave = 0, noise = 0, steps = 0, bends = 0;   // of waveforms, as logarithms
  } sums_;
};

/// Null where the bundle has no profile. Errors: a profile of other statistics.
std::shared_ptr<const ReferenceProfile> profile_of(const Bundle& bundle);

/// Warns "unlike_training" where the recording is farther from the profile than its declared error rate allows; does
/// nothing without a profile or with too few candidates.
void warn_unlike(const std::shared_ptr<const ReferenceProfile>& profile, const RecordingStatistics& statistics,
                 Finding& finding);

}  // namespace galen::ecg
