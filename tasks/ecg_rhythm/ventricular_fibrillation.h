#pragma once
// Ventricular flutter and fibrillation, in which there are no complexes to be told: from the signal itself.
#include <cstdint>
#include <utility>
#include <vector>

#include "tasks/ecg_rhythm/clean_signal.h"
#include "tasks/ecg_rhythm/rhythm.h"

namespace galen::ecg {

/// Looks at four seconds each second; two looks in a row decide that it begins or that it is over. A look sees it where
/// every lead with a signal waves 150 to 540 times a minute, is nearly its own opposite half a wave later (the leakage
/// of a narrow band-stop filter: Kuo and Dillman, Computers in Cardiology 1978:347) and is away from its baseline for
/// much of the time (the count of threshold crossings: Arafat, Chowdhury and Hasan, Signal Image Video Process. 5:1,
/// 2011). How the stream is cut does not matter.
class VentricularFibrillation {
 public:
  static constexpr const char* code = "vf";  ///< of its episodes

  VentricularFibrillation(const RhythmRules& rules, double rate_hz, std::size_t leads);

  struct Decision {
    RhythmTracker::Change change;
    double decided_seconds = 0;  ///< the end of the look that decided: from here on beats tell nothing, or again
  };
  /// What is latest of a signal, each time that something is; looks reach as far as it does.
  void push(const CleanSignal& signal, std::vector<Decision>& out);
  /// The recording ends.
  void finish(double at_seconds, std::vector<Decision>& out);
  /// Gives up the episodes that ended.
  std::vector<Episode> take_episodes() { return std::exchange(episodes_, {}); }

 private:
  void look(std::size_t first, std::size_t window, std::vector<Decision>& out);
  void end(double decided_seconds, std::vector<Decision>& out);

  RhythmRules rules_;
  double rate_hz_ = 0;                     // at which it is looked at: the stream's, or a whole part of it
  std::int64_t stride_ = 1;                // that part
  std::vector<std::vector<float>> leads_;  // what looks may still need
  std::int64_t begin_ = 0;                 // where that begins, in samples that are looked at

  bool holds_ = false, seen_ = false;  // what is decided; what the last look saw
  struct {
    double begin_seconds = 0, until_seconds = 0;
    double count = 0, per_minute = 0, fastest_per_minute = 0;  // looks; of them the sum and the greatest
  } seen_in_;                                                  // the looks that saw it since they began to
  double ended_seconds_ = 0;                                   // of the last episode: looks overlap, episodes do not
  std::vector<Episode> episodes_;
};

}  // namespace galen::ecg
