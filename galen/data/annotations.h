#pragma once
// Marks on a recording's time: beats, rhythms, noise, sleep stages.
#include <optional>
#include <string>
#include <vector>

namespace galen {

struct Mark {
  double at_seconds = 0, until_seconds = 0;  ///< on the signal's clock; equal: an instant
  std::string code;                          ///< as the file or task names it: "N", "V", "+"
  std::string text;                          ///< beside the code: "(AFIB"
  std::optional<double> probability = std::nullopt;
  int channel = 0, subtype = 0, number = 0;  ///< WFDB's CHN, SUB and NUM
};

/// In the order of time.
struct Annotations {
  double rate_hz = 0;  ///< the clock that the times are multiples of; 0: none
  std::vector<Mark> marks;
};

}  // namespace galen
