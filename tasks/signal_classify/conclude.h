#pragma once
// What records of strips that the networks did not see decide.
#include <string>
#include <vector>

#include "tasks/signal_classify/record.h"

namespace galen::classify {

struct Fits {
  Calibration calibration;
  Decision decision;
};
/// Errors: no record that could be assessed.
Fits fit(const StripPlan& plan, const std::vector<ClassLabel>& classes, const Pool& pool);
/// What the bundle holds; before it is concluded: probabilities as they come, the most probable class.
Fits fits_of(const Bundle& bundle);

/// Features as the reference profile takes them.
std::vector<double> reference_statistics(const std::vector<float>& features);

/// Names the records that something was fitted on.
std::string fingerprint_of(const Pool& pool);

}  // namespace galen::classify
