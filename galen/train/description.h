#pragma once
// What a bundle says of itself before anything is measured.
#include "galen/bundle/bundle.h"
#include "galen/pipeline/task.h"

namespace galen {

/// Fills what recipe, task and dataset say: names, licence, inputs, classes, preparation. The recipe's section "bundle"
/// may have id, version, question, status, licence, attribution, applies_to, and words of its own for the task's
/// inputs:
/// {"inputs": {"image": {"description": "T1-weighted MRI", "modality": "MR"}}}.
/// Errors: unknown keys, an input that the task does not have.
void describe(Bundle& bundle, const TaskInfo& task, const Recipe& recipe, const Dataset& dataset);

}  // namespace galen
