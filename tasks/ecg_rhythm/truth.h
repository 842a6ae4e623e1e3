#pragma once
// The reference beats of a recording, as experts marked them.
#include <vector>

#include "galen/data/annotations.h"
#include "tasks/ecg_rhythm/plan.h"

namespace galen::ecg {

struct TrueBeat {
  std::int64_t sample = 0;
  Beat beat = Beat::normal;
};

struct Truth {
  std::vector<TrueBeat> beats;  ///< in the order of time
  struct Stretch {
    std::int64_t begin = 0, end = 0;
  };
  std::vector<Stretch> flutter;  ///< ventricular flutter or fibrillation, mark [ to mark ]: beats are not distinguished
  bool paced = false;            ///< EC57 leaves such recordings out of its sums

  bool in_flutter(std::int64_t sample, std::int64_t margin) const;
};
/// Errors: a mark outside the recording, or no mark of a beat.
Truth truth_of(const Annotations& annotations, double rate_hz, std::int64_t length);

/// For each reference beat, the index of the found beat that matches it, or -1: the nearest within the window, each
/// used once (as bxb pairs them; ANSI/AAMI EC57: 150 ms). Both are ascending.
std::vector<std::int64_t> matched(const std::vector<TrueBeat>& truth, const std::vector<std::int64_t>& found,
                                  double window_samples);

}  // namespace galen::ecg
