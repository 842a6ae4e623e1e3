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
/// Calibration and decision behind a shift. Errors: no record that could be assessed.
Fits fit(const StripPlan& plan, const std::vector<ClassLabel>& classes, const Pool& pool,
         const std::vector<double>& shift);
/// Probabilities as they come, the most probable class.
Fits unfitted(std::size_t classes);
/// What the bundle holds; before it is concluded: unfitted().
Fits fits_of(const Bundle& bundle);

/// Features as the reference profile takes them.
std::vector<double> reference_statistics(const std::vector<float>& features);

}  // namespace galen::classify
