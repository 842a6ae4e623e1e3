#pragma once
// Fits calibration and decision on records of strips that the networks did not see.
#include <string>
#include <vector>

#include "tasks/signal_classify/record.h"

namespace galen::classify {

struct Fits {
  /// [class], added to logits: corrects from the class mix that the loss saw (the data's, times class_weights) to the
  /// true one (Saerens, Latinne, Decaestecker, Neural Computation 2002).
  std::vector<double> shift;
  Calibration calibration;
  Decision decision;
};
/// Fits calibration and decision to the shifted logits. Errors: no record that could be assessed.
Fits fit(const StripPlan& plan, const std::vector<ClassLabel>& classes, const Pool& pool,
         const std::vector<double>& shift);
/// Uncalibrated probabilities and the most probable class.
Fits unfitted(std::size_t classes);
/// The fits in the bundle; unfitted() before it is concluded.
Fits fits_of(const Bundle& bundle);

/// Features as the reference profile expects them.
std::vector<double> reference_statistics(const std::vector<float>& features);

}  // namespace galen::classify
