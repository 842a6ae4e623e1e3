#pragma once
// Files to cases: the only place where a task's inputs are read.
#include <string>
#include <vector>

#include "galen/bundle/bundle.h"
#include "galen/data/case.h"
#include "galen/data/dataset.h"
#include "galen/pipeline/task.h"

namespace galen {

/// Reads files into a case: one file for each role. Errors: a required role without a file, a file that is refused.
Case read_case(const std::vector<InputSpec>& roles, const std::map<std::string, fs::path>& files, const std::string& id,
               const Limits& limits = {});

/// A reader of a dataset's rows for a task: columns that are roles are read, others become attributes.
LoadCase case_loader(const TaskInfo& task, bool with_truth);

}  // namespace galen
