#pragma once
// Totals of a recording.
#include <array>
#include <map>
#include <string>
#include <vector>

#include "galen/data/finding.h"
#include "tasks/ecg_rhythm/stream.h"

namespace galen::ecg {

/// Running counts, of constant size.
struct Counts {
  std::array<std::int64_t, beat_classes> beats{};
  std::int64_t waves = 0;       ///< of ventricular flutter or fibrillation; they are in no other count
  double interval_seconds = 0;  ///< sum of the intervals up to 10 s; there is none after a gap or a wave
  std::int64_t intervals = 0;
  std::int64_t adapted = 0;                               ///< beats whose class is changed by adaptation
  double fastest_per_minute = 0, slowest_per_minute = 0;  ///< means over eight intervals; 0: too few beats

  void add(const NamedBeat& beat);
  /// Continues from these counts: the eight intervals of the next rate may begin there.
  void go_on_from(const Counts& before);
  std::int64_t total() const;
  double rate_per_minute() const;  ///< NaN without an interval

 private:
  std::array<float, 8> last_{};
  std::int64_t fresh_ = 0;
  bool behind_wave_ = false;
};

/// "beats", "beats.n", "beats.s", "beats.v", "beats.f", "beats.q", "rate", "rate.fastest", "rate.slowest".
void state_counts(const Counts& counts, Finding& finding);
/// "adaptation": how many beats it changed.
void state_adaptation(const Counts& counts, Finding& finding);
/// Totals over the episodes of each condition, of constant size.
class EpisodeSums {
 public:
  void add(const std::vector<Episode>& episodes);
  /// For each condition the number of episodes, the longest, the most extreme rate, and the share of the recorded time:
  /// "rhythm.afib", "rhythm.vt", ...
  void state(double recorded_seconds, Finding& finding) const;

 private:
  struct Sum {
    std::int64_t count = 0;
    double seconds = 0, longest_seconds = 0, extreme_per_minute = 0;
  };
  std::map<std::string, Sum> of_;
};
/// Warns "quality" where parts of the recording are missing.
void warn_missing(double missing_seconds, double seconds, Finding& finding);

}  // namespace galen::ecg
