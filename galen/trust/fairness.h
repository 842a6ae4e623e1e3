#pragma once
// Gaps in a score between the groups of an attribute, with intervals, without which a gap proves nothing.
#include <map>
#include <span>
#include <string>
#include <vector>

#include "galen/metric/bootstrap.h"
#include "galen/metric/subgroup.h"

namespace galen {

/// One group compared with all other patients whose attribute is stated.
struct GroupGap {
  std::string name;
  int patients = 0;
  bool too_small = false;   ///< the group has too few patients for a reliable result
  bool few_others = false;  ///< all the others together have too few
  Score score;              ///< of the group
  Score difference;         ///< group - others; both are drawn by patient in one bootstrap
  /// The interval of the difference excludes 0, and both sides have enough patients. With many groups, some will be
  /// apart by chance.
  bool apart() const { return !too_small && !few_others && (difference.low > 0 || difference.high < 0); }
};

struct FairnessTable {
  std::string attribute;
  std::vector<GroupGap> groups;
  /// Largest minus smallest score among groups that are not too small and have a score; NaN for fewer than two.
  double range = 0;
};

/// Errors (defect): not exactly one patient and one attribute map for each row of the statistic.
FairnessTable fairness(const std::string& attribute, std::span<const std::map<std::string, std::string>> attributes,
                       std::span<const std::string> patients, const RowStatistic& statistic,
                       const SubgroupOptions& groups = {}, const BootstrapOptions& options = {});

Json to_json(const FairnessTable& table);

}  // namespace galen
