#pragma once
// Rhythm over time, from beats: atrial fibrillation, runs, bigeminy, pauses, slow and fast rates; and its conditions.
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "galen/base/json.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

/// Where one condition holds.
struct Episode {
  std::string code;  ///< see rhythm_codes()
  double begin_seconds = 0, end_seconds = 0;
  double rate_per_minute = 0;     ///< mean, from its intervals; 0: none
  double extreme_per_minute = 0;  ///< by more_extreme(), of the rates that its rule saw; 0: none
  int beats = 0;
};

struct RhythmCode {
  std::string_view code, text;
  std::string_view priority;  ///< that an alarm of it has by default (IEC 60601-1-8)
};
/// All conditions, the gravest first. Their rules were not validated on patients, and whoever tells of one says so.
std::span<const RhythmCode> rhythm_codes();
const RhythmCode& rhythm_code(std::string_view code);
/// Of two rates a minute (0: none) the lesser for bradycardia, the greater for all else.
double more_extreme(std::string_view code, double first, double second);

/// Limits, to be changed by `--set`.
struct RhythmRules {
  double pause_seconds = 2;     ///< without a beat
  double asystole_seconds = 4;  ///< without a beat (AAMI EC13: within 10 s; monitors alarm at 4)
  double brady_per_minute = 50, tachy_per_minute = 100;  ///< mean of rate_beats intervals
  double rate_hysteresis = 10;                           ///< that the rate must come back by
  int rate_beats = 16;
  int run_beats = 3;                       ///< of V, or of S, in a row
  double vt_per_minute = 100;              ///< a run of V as fast is ventricular tachycardia
  double svta_per_minute = 100;            ///< a run of S as fast is told, outside atrial fibrillation
  int pattern_repeats = 3;                 ///< of N V (bigeminy) or N N V (trigeminy)
  int afib_beats = 48;                     ///< intervals that are judged together
  double afib_entropy = -0.8;              ///< of CosEn, above it; chosen on the MIT-BIH training half
  double vf_leakage = 0.5, vf_away = 0.4;  ///< see VentricularFibrillation: below, and above it
};
Json to_json(const RhythmRules& rules);
/// Errors: unknown keys, values out of range.
RhythmRules rules_from_json(const JsonView& json);

/// The coefficient of sample entropy of intervals in seconds: how unpredictable they are for their mean (Lake and
/// Moorman 2011; template length 1, tolerance 30 ms, raised until there are enough matches). NaN for fewer than 12.
double coefficient_of_sample_entropy(std::span<const double> intervals);

/// Follows beats in time. What it says depends on the beats alone, not on when silence() was called.
class RhythmTracker {
 public:
  explicit RhythmTracker(const RhythmRules& rules) : rules_(rules) {}

  struct Change {
    std::string code;
    bool begins = true;
    double at_seconds = 0;  ///< since when it holds, or until when it held
    double value = 0;       ///< rate a minute; seconds of a pause
  };
  void beat(const TimedBeat& beat, std::vector<Change>& out);
  /// Nothing is known of the time from `from` to `until`: not a pause.
  void gap(double from_seconds, double until_seconds, std::vector<Change>& out);
  /// From here on beats and their absence tell nothing, until resume().
  void suspend(double at_seconds, std::vector<Change>& out);
  void resume(double at_seconds);
  bool suspended() const { return suspended_; }
  /// No beat has come until now, since the last or since the stream began.
  void silence(double until_seconds, std::vector<Change>& out);
  void finish(double until_seconds, std::vector<Change>& out);
  /// Of all that ended so far, in the order of their beginnings.
  const std::vector<Episode>& episodes() const { return episodes_; }
  /// Gives up those that ended, so that nothing grows with time.
  std::vector<Episode> take_episodes() { return std::exchange(episodes_, {}); }

 private:
  struct Open {
    double begin = 0;
    double extreme = 0;
    std::int64_t before = 0;  // beats before it
  };
  void set(const std::string& code, bool holds, double begin, double end, double value, std::vector<Change>& out);
  void follow_runs(std::vector<Change>& out);
  void follow_speed(double first, double rate, std::vector<Change>& out);
  void follow_patterns(std::vector<Change>& out);
  void follow_rate(std::vector<Change>& out);
  void follow_fibrillation(std::vector<Change>& out);
  void close_all(double at, std::vector<Change>& out);
  double rate_of_last(std::size_t intervals) const;

  RhythmRules rules_;
  bool suspended_ = false;
  std::int64_t count_ = 0;       // of all beats
  std::deque<TimedBeat> beats_;  // the last, without a gap between them
  std::deque<double> normal_;    // the last intervals between beats that are not V
  double last_seconds_ = 0;      // of the last beat, of the end of a gap, or of the stream's beginning
  std::map<std::string, Open> open_;
  std::map<std::string, double> ended_;  // when a condition last held
  std::vector<Episode> episodes_;
};

}  // namespace galen::ecg
