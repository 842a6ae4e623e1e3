#pragma once
// What records of strips that the networks did not see decide.
#include <string>
#include <vector>

#include "tasks/signal_classify/record.h"

namespace galen::classify {

struct Fits {
  /// [class], added to logits: from the mix that the loss saw (the data's, times class_weights) to the true one
  /// (Saerens, Latinne, Decaestecker, Neural Computation 2002).
  std::vector<double> shift;
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
