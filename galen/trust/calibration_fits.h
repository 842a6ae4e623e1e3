#pragma once
// The fits behind trust/calibration.h; each sets the fields that its method uses.
#include <span>
#include <vector>

#include "galen/trust/calibration.h"

namespace galen {

/// exp(logits) over their sum.
std::vector<double> softmax(std::span<const double> logits);

/// T within [1/50, 50]: separable samples would drive it to 0.
void fit_temperature(Calibration& calibration, std::span<const LogitSample> samples);
void fit_platt(Calibration& calibration, std::span<const LogitSample> samples);
void fit_isotonic(Calibration& calibration, std::span<const LogitSample> samples);
/// With a ridge of 1e-4 a sample towards a = 1, b = 0: biases are only known up to a constant.
void fit_vector(Calibration& calibration, std::span<const LogitSample> samples);

}  // namespace galen
