#pragma once
// The part of a bundle's description that is known before training.
#include "galen/bundle/bundle.h"
#include "galen/pipeline/task.h"

namespace galen {

/// Sets what recipe, task and dataset determine: names, licence, inputs, classes, preparation. The recipe's section
/// "bundle" may have id, version, question, status, licence, attribution, applies_to, and its own descriptions of the
/// task's inputs: {"inputs": {"image": {"description": "T1-weighted MRI", "modality": "MR"}}}.
/// Errors: unknown keys, an input that the task does not have.
void describe(Bundle& bundle, const TaskInfo& task, const Recipe& recipe, const Dataset& dataset);

}  // namespace galen
