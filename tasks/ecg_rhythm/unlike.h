#pragma once
// Is this recording like those that the networks were made from?
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

/// What a recording is like: ten means over its candidates, those of shapes over every fifth. Sums are all that is
/// kept, taken one candidate after the other: a day takes no more memory than a minute, and how a stream is cut does
/// not matter. Shapes are those of the first lead, so that one lead compares with two. Gain, rate of sampling and what
/// is missing take no part: the networks do not see them, and recordings of one source that all share them would make
/// every other source unlike.
class RecordingStatistics {
 public:
  /// About a minute: the means of fewer vary more than those of the long recordings that a profile is learned from.
  static constexpr std::int64_t least_candidates = 60;
  static std::vector<std::string> names();

  explicit RecordingStatistics(const BeatPlan& plan);
  void add(const BeatToken& token);
  /// By names(); empty: fewer than least_candidates with a first lead.
  std::vector<double> values() const;

 private:
  void add_shape(const BeatToken& token);

  std::size_t length_, qrs_begin_, qrs_end_, t_begin_;  // of a crop, in samples
  double rate_hz_;                                      // of a crop
  std::int64_t candidates_ = 0, shapes_ = 0;
  struct Sums {
    double rate = 0, uneven = 0, strength = 0, likeness = 0, breadth = 0;  // of features
    double qrs_seconds = 0, t_wave = 0, noise = 0, steps = 0, bends = 0;   // of shapes, logarithms
  } sums_;
};

/// Null where the bundle keeps no profile. Errors: one of other statistics.
std::shared_ptr<const ReferenceProfile> profile_of(const Bundle& bundle);

/// "unlike_training" where the recording is farther than the profile's declared rate allows; nothing without a profile
/// or with too few candidates.
void warn_unlike(const std::shared_ptr<const ReferenceProfile>& profile, const RecordingStatistics& statistics,
                 Finding& finding);

}  // namespace galen::ecg
