#pragma once
// A score with its uncertainty.
#include <map>
#include <string>

#include "galen/base/json.h"

namespace galen {

struct Score {
  double value = 0;
  double low = 0, high = 0;  ///< 95 % interval; NaN if it cannot be computed
  int n = 0;                 ///< patients (or cases, where patients are unknown)
};

/// By dotted lower-case name: "dice.mean", "volume_error_ml.anterior".
using Scores = std::map<std::string, Score>;

Json to_json(const Scores& scores);

}  // namespace galen
