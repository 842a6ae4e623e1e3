#pragma once
#include <memory>

#include "galen/pipeline/task.h"

namespace galen::pulse {

/// Signals are kept in memory. Errors: no case to train on, truth that does not fit its signal.
std::unique_ptr<Training> make_training(const TrainingRequest& request);

}  // namespace galen::pulse
