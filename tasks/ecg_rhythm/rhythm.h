#pragma once
// Rhythm over time, derived from the beats (atrial fibrillation, runs, bigeminy, pauses, slow and fast rates), and the
// list of all conditions.
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

/// A stretch of time in which one condition holds.
struct Episode {
  std::string code;  ///< see rhythm_codes()
  double begin_seconds = 0, end_seconds = 0;
  double rate_per_minute = 0;     ///< mean rate of its intervals; 0: none
  double extreme_per_minute = 0;  ///< most extreme of the rates that its rule saw, by more_extreme(); 0: none
  int beats = 0;
};

struct RhythmCode {
  std::string_view code, text;
  std::string_view priority;  ///< default priority of its alarm (IEC 60601-1-8)
};
/// All conditions, the most serious first. Their rules have not been validated on patients, and every report of a
/// condition has to say so.
std::span<const RhythmCode> rhythm_codes();
const RhythmCode& rhythm_code(std::string_view code);
/// The more extreme of two rates per minute (0: none): the lower for bradycardia, the higher for all other conditions.
double more_extreme(std::string_view code, double first, double second);

/// Limits, which `--set` can change.
struct RhythmRules {
  double pause_seconds = 2;     ///< without a beat
  double asystole_seconds = 4;  ///< without a beat (AAMI EC13: within 10 s; monitors alarm at 4)
  double brady_per_minute = 50, tachy_per_minute = 100;  ///< limits of the mean over rate_beats intervals
  double rate_hysteresis = 10;                           ///< how far back past the limit the rate must come to end it
  int rate_beats = 16;
  int run_beats = 3;             ///< consecutive V, or S, that make a run
  double vt_per_minute = 100;    ///< a run of V at least this fast is ventricular tachycardia
  double svta_per_minute = 100;  ///< a run of S at least this fast is reported, except in atrial fibrillation
  int pattern_repeats = 3;       ///< repeats of N V (bigeminy) or N N V (trigeminy)
  int afib_beats = 48;           ///< intervals judged together
  double afib_entropy = -0.8;    ///< fibrillation where CosEn is above this; chosen on the MIT-BIH training half
  double vf_leakage = 0.5, vf_away = 0.4;  ///< leakage below, share away above: see VentricularFibrillation
};
Json to_json(const RhythmRules& rules);
/// Errors: unknown keys, values out of range.
RhythmRules rules_from_json(const JsonView& json);

/// The coefficient of sample entropy (CosEn) of intervals in seconds: how unpredictable they are relative to their mean
/// (Lake and Moorman 2011; template length 1, tolerance 30 ms, raised until there are enough matches). NaN for fewer
/// than 12 intervals.
double coefficient_of_sample_entropy(std::span<const double> intervals);

/// Follows the beats over time. The result depends only on the beats, not on when silence() is called.
class RhythmTracker {
 public:
  explicit RhythmTracker(const RhythmRules& rules) : rules_(rules) {}

  struct Change {
    std::string code;
    bool begins = true;
    double at_seconds = 0;  ///< when the condition began or ended
    double value = 0;       ///< rate per minute, or length of a pause in seconds
  };
  void beat(const TimedBeat& beat, std::vector<Change>& out);
  /// The signal is missing between these times; that is not a pause.
  void gap(double from_seconds, double until_seconds, std::vector<Change>& out);
  /// From here on beats and their absence are ignored, until resume().
  void suspend(double at_seconds, std::vector<Change>& out);
  void resume(double at_seconds);
  bool suspended() const { return suspended_; }
  /// There has been no beat since the last one, or since the start of the stream, until this time.
  void silence(double until_seconds, std::vector<Change>& out);
  void finish(double until_seconds, std::vector<Change>& out);
  /// All episodes that have ended so far; after finish() in order of their beginning.
  const std::vector<Episode>& episodes() const { return episodes_; }
  /// Hands over the episodes that have ended and forgets them, so that memory does not grow with time.
  std::vector<Episode> take_episodes() { return std::exchange(episodes_, {}); }

 private:
  struct Open {
    double begin = 0;
    double extreme = 0;
    std::int64_t before = 0;  // number of beats before it began
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
  std::int64_t count_ = 0;       // number of beats so far
  std::deque<TimedBeat> beats_;  // the most recent ones, without a gap between them
  std::deque<double> normal_;    // the last intervals between beats that are not V
  double last_seconds_ = 0;      // time of the last beat, the end of a gap or the start of the stream
  std::map<std::string, Open> open_;
  std::map<std::string, double> ended_;  // when each condition last ended
  std::vector<Episode> episodes_;
};

}  // namespace galen::ecg
