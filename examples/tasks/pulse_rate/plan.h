#pragma once
#include "galen/pipeline/task.h"

namespace galen::pulse {

struct PulsePlan {
  double rate_hz = 50;         ///< of the signals; others are refused
  std::int64_t window = 256;   ///< samples that the networks see at once, a multiple of 4; the middle half counts
  double threshold = 0.5;      ///< least probability of a beat
  double apart_seconds = 0.3;  ///< beats are at least so far apart: 200 a minute
  int batch = 16;
  std::vector<std::int64_t> features = {16, 16, 16};  ///< channels of the layers
  std::int64_t kernel = 15;                           ///< in samples
};

/// Errors: signals of different rates.
Recipe plan_recipe(const PlanRequest& request);
/// Errors: unknown or missing keys, values out of range.
PulsePlan plan_from_recipe(const Recipe& recipe);

}  // namespace galen::pulse
