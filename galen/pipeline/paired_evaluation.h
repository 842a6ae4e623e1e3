#pragma once
// Two bundles on the same cases: which of them is better, and how sure is that?
#include <map>
#include <string>
#include <vector>

#include "galen/pipeline/task.h"

namespace galen {

struct PairedEvaluation {
  std::map<std::string, Comparison> scores;  ///< that both have, the first bundle's against the second's
  int cases = 0, patients = 0;
  int left_out = 0;  ///< cases that only one of the two answered
};

/// A bundle and all that it was examined on.
struct BundleRecords {
  const Bundle& bundle;
  const std::vector<Record>& records;
};

/// Before the second bundle is examined. Errors (usage): no score of single cases.
void require_comparable(const Task& task, const BundleRecords& first);

/// Compares one task's two bundles case by case. margins: how much worse, in the unit of the score, still counts as
/// good; 0 where nothing is said. Errors: no case in common; (usage) no score of single cases in common, a margin that
/// is negative or of no such score.
PairedEvaluation compare_records(const Task& task, const BundleRecords& first, const BundleRecords& second,
                                 const std::map<std::string, double>& margins = {});

Json to_json(const PairedEvaluation& evaluation);

}  // namespace galen
