#pragma once
#include <memory>

#include "galen/pipeline/task.h"

namespace galen::segment {

/// Prepared cases are kept in memory. Errors: they do not fit (how much it takes is named), a mask that does not fit
/// its image.
std::unique_ptr<Training> make_training(const TrainingRequest& request);

}  // namespace galen::segment
