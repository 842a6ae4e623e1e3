#pragma once
// Beat-by-beat comparison by ANSI/AAMI EC57 (2012), and its statistics.
#include <array>

#include "galen/base/json.h"
#include "tasks/ecg_rhythm/truth.h"

namespace galen::ecg {

/// Rows: the reference class; last row: no beat there, a false detection. Columns: the class given; last column: none,
/// a missed beat.
struct BeatCounts {
  std::array<std::array<double, beat_classes>, beat_classes> counts{};

  BeatCounts& operator+=(const BeatCounts& other);
  double& at(Beat truth, Beat given) {
    return counts[static_cast<std::size_t>(truth)][static_cast<std::size_t>(given)];
  }
  double at(Beat truth, Beat given) const {
    return counts[static_cast<std::size_t>(truth)][static_cast<std::size_t>(given)];
  }
  double beats(Beat truth) const;  ///< of the reference

  // Each is NaN where it is undefined.
  double qrs_sensitivity() const;
  double qrs_ppv() const;
  double sensitivity(Beat beat) const;
  /// Fusion and unclassified beats that are called V, and unclassified ones that are called S, do not count
  /// (EC57 4.2.5).
  double ppv(Beat beat) const;
  double f1(Beat beat) const;
  double accuracy() const;  ///< of the beats that were found
};
Json to_json(const BeatCounts& counts);
/// Errors: another size, counts below 0.
BeatCounts beat_counts_from_json(const JsonView& json);

struct GivenBeat {
  std::int64_t sample = 0;
  Beat beat = Beat::normal;
};

/// Pairs beats within 150 ms, outside ventricular flutter, from sample `begin` on (EC57 leaves the first five minutes
/// for learning).
BeatCounts compare_beats(const Truth& truth, const std::vector<GivenBeat>& given, double rate_hz, std::int64_t begin);

}  // namespace galen::ecg
