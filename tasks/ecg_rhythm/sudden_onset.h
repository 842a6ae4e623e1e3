#pragma once
// Whether the heart became faster from one beat to the next, and still is: sinus rhythms take their time.
#include <deque>
#include <optional>

namespace galen::ecg {

/// The criterion by which implanted defibrillators tell tachycardias from sinus rhythm (Swerdlow et al., JACC 23:1342,
/// 1994), beat by beat.
class SuddenOnset {
 public:
  /// Of the intervals as they come, in seconds: how much shorter they are since they suddenly became so, as the
  /// logarithm of the ratio; 0: they did not, or are as long again.
  double follow(double interval_seconds);

 private:
  struct Run {
    double before, now;  // seconds: mean before it began, mean of late
  };
  std::deque<double> last_;
  std::optional<Run> run_;
};

}  // namespace galen::ecg
