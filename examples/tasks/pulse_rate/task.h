#pragma once
// pulse_rate: when the beats of a pulse wave are, and how many a minute. The template of a task: see README.md.
#include <memory>

#include "galen/pipeline/task.h"

namespace galen {

std::unique_ptr<const Task> pulse_rate();

}  // namespace galen
