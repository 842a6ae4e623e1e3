#pragma once
// The fits behind trust/calibration.h; each sets the fields that its method uses.
#include <span>
#include <vector>

#include "galen/trust/calibration.h"

namespace galen {

/// exp(logits) divided by their sum.
std::vector<double> softmax(std::span<const double> logits);

/// T is limited to [1/50, 50], as separable samples would drive it to 0.
void fit_temperature(Calibration& calibration, std::span<const LogitSample> samples);
void fit_platt(Calibration& calibration, std::span<const LogitSample> samples);
void fit_isotonic(Calibration& calibration, std::span<const LogitSample> samples);
/// With a ridge penalty of 1e-4 per sample towards a = 1, b = 0, as biases are determined only up to a constant.
void fit_vector(Calibration& calibration, std::span<const LogitSample> samples);

}  // namespace galen
