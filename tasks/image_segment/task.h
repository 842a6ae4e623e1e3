#pragma once
// image_segment: which voxels belong to which structure, how large it is, and how sure that is. See README.md.
#include <memory>

#include "galen/pipeline/task.h"

namespace galen {

std::unique_ptr<const Task> image_segment();

}  // namespace galen
