#pragma once
// Compares two bundles on the same cases: which is better, and with what certainty?
#include <map>
#include <string>
#include <vector>

#include "galen/pipeline/task.h"

namespace galen {

struct PairedEvaluation {
  std::map<std::string, Comparison> scores;  ///< that both bundles have, the first compared with the second
  int cases = 0, patients = 0;
  int left_out = 0;  ///< cases that only one of the two answered
};

/// A bundle and the records of all cases it was examined on.
struct BundleRecords {
  const Bundle& bundle;
  const std::vector<Record>& records;
};

/// To be called before the second bundle is examined. Errors (usage): the task has no score of single cases.
void require_comparable(const Task& task, const BundleRecords& first);

/// Compares two bundles of a task case by case. margins: by how much a score may be worse, in its own unit, and still
/// count as good; default 0. Errors: no case in common; (usage) no score of single cases in common, a margin that is
/// negative or of an unknown score.
PairedEvaluation compare_records(const Task& task, const BundleRecords& first, const BundleRecords& second,
                                 const std::map<std::string, double>& margins = {});

Json to_json(const PairedEvaluation& evaluation);

}  // namespace galen
