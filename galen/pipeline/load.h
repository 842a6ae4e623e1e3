#pragma once
// Reads files into cases: the only place where a task's inputs are read.
#include <string>
#include <vector>

#include "galen/bundle/bundle.h"
#include "galen/data/case.h"
#include "galen/data/dataset.h"
#include "galen/pipeline/task.h"

namespace galen {

/// Sampling rate, by role, of signals whose files do not state it (a CSV without a time column, a bare .mat).
using Rates = std::map<std::string, double>;

/// Reads files into a case: one file for each role. Errors: a required role without a file, a file that is refused.
Case read_case(const std::vector<InputSpec>& roles, const std::map<std::string, fs::path>& files, const std::string& id,
               const Limits& limits = {}, const Rates& rates_hz = {});

/// Errors: no case of the dataset has the column of a required role.
void require_columns(const TaskInfo& task, const Dataset& dataset, bool with_truth);

/// A reader of a dataset's rows for a task: columns named after roles are read, others become attributes. It copies
/// what it needs from the dataset. Errors: as require_columns().
LoadCase case_loader(const TaskInfo& task, const Dataset& dataset, bool with_truth);

}  // namespace galen
