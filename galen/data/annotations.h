#pragma once
// Marks on the time axis of a recording: beats, rhythms, noise, sleep stages.
#include <optional>
#include <string>
#include <vector>

namespace galen {

struct Mark {
  double at_seconds = 0, until_seconds = 0;  ///< on the signal's clock; equal: an instant
  std::string code;                          ///< as the file or task names it: "N", "V", "+"
  std::string text;                          ///< text beside the code: "(AFIB"
  std::optional<double> probability = std::nullopt;
  int channel = 0, subtype = 0, number = 0;  ///< WFDB's CHN, SUB and NUM
};

/// In chronological order.
struct Annotations {
  double rate_hz = 0;  ///< clock rate: times are multiples of its ticks; 0: none
  std::vector<Mark> marks;
};

}  // namespace galen
