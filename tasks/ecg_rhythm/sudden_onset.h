#pragma once
// Whether the heart became faster from one beat to the next and still is; a sinus rhythm changes gradually.
#include <deque>
#include <optional>

namespace galen::ecg {

/// The criterion by which implanted defibrillators distinguish tachycardias from sinus rhythm (Swerdlow et al., JACC
/// 23:1342, 1994), beat by beat.
class SuddenOnset {
 public:
  /// Takes the next interval, in seconds. Returns how much shorter the intervals have been since a sudden onset, as the
  /// logarithm of the ratio; 0: there was none, or they are as long again.
  double follow(double interval_seconds);

 private:
  struct Run {
    double before, now;  // seconds: mean before the onset, recent mean
  };
  std::deque<double> last_;
  std::optional<Run> run_;
};

}  // namespace galen::ecg
