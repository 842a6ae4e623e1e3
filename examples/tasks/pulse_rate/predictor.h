#pragma once
#include "galen/pipeline/task.h"

namespace galen::pulse {

/// Networks of the bundle: "main" finds beats; "quality", which may be missing, tells usable windows. The role
/// "reference" of `uses` answers the reference signal; without it this bundle does.
std::unique_ptr<Predictor> make_predictor(const PredictorRequest& request);

}  // namespace galen::pulse
