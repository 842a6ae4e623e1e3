#pragma once
// The explicit list of tasks.
#include <memory>
#include <vector>

#include "galen/pipeline/task.h"

namespace galen {

std::vector<std::unique_ptr<const Task>> all_tasks();

}  // namespace galen
