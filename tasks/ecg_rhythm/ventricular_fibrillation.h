#pragma once
// Ventricular flutter and fibrillation, detected from the signal itself, as there are no QRS complexes to find.
#include <cstdint>
#include <utility>
#include <vector>

#include "tasks/ecg_rhythm/clean_signal.h"
#include "tasks/ecg_rhythm/rhythm.h"

namespace galen::ecg {

/// Every second it looks at four seconds of signal; two looks in a row decide that an episode begins or is over. A look
/// is positive where every lead with a signal oscillates 150 to 540 times a minute, is nearly the inverse of itself
/// half a period earlier (the leakage of a narrow band-stop filter: Kuo and Dillman, Computers in Cardiology 1978:347)
/// and is away from its baseline for much of the time (the count of threshold crossings: Arafat, Chowdhury and Hasan,
/// Signal Image Video Process. 5:1, 2011). The way the stream is cut does not matter.
class VentricularFibrillation {
 public:
  static constexpr const char* code = "vf";  ///< of its episodes

  VentricularFibrillation(const RhythmRules& rules, double rate_hz, std::size_t leads);

  struct Decision {
    RhythmTracker::Change change;
    double decided_seconds = 0;  ///< end of the look that decided: from here on beats are ignored, or used again
  };
  /// Takes signal.latest(), once after each push to the signal and after its end; looks at all that is complete.
  void push(const CleanSignal& signal, std::vector<Decision>& out);
  /// The end of the recording.
  void finish(double at_seconds, std::vector<Decision>& out);
  /// Hands over the episodes that have ended and forgets them.
  std::vector<Episode> take_episodes() { return std::exchange(episodes_, {}); }

 private:
  void look(std::size_t first, std::size_t window, std::vector<Decision>& out);
  void end(double decided_seconds, std::vector<Decision>& out);

  RhythmRules rules_;
  double rate_hz_ = 0;                     // of the samples that are looked at: the stream's rate over stride_
  std::int64_t stride_ = 1;                // every so many samples one is looked at
  std::vector<std::vector<float>> leads_;  // samples that later looks may need
  std::int64_t begin_ = 0;                 // index of the first of them, counting only samples that are looked at

  bool holds_ = false, seen_ = false;  // current decision; result of the last look
  struct {
    double begin_seconds = 0, until_seconds = 0;
    double count = 0, per_minute = 0, fastest_per_minute = 0;  // number of looks; sum and maximum of their rates
  } seen_in_;                                                  // the positive looks of this episode
  double ended_seconds_ = 0;  // end of the last episode: looks overlap, episodes do not
  std::vector<Episode> episodes_;
};

}  // namespace galen::ecg
