#pragma once
// How far the groups of an attribute are apart, with intervals: a gap without one is no finding.
#include <map>
#include <span>
#include <string>
#include <vector>

#include "galen/metric/bootstrap.h"
#include "galen/metric/subgroup.h"

namespace galen {

/// One group against all other patients whose attribute is stated.
struct GroupGap {
  std::string name;
  int patients = 0;
  bool too_small = false;   ///< the group has too few patients to tell much
  bool few_others = false;  ///< all others together have
  Score score;              ///< of the group
  Score difference;         ///< group - others; both are drawn by patient in one bootstrap
  /// The interval of the difference does not hold 0, on both sides of enough patients. With many groups some do so by
  /// chance.
  bool apart() const { return !too_small && !few_others && (difference.low > 0 || difference.high < 0); }
};

struct FairnessTable {
  std::string attribute;
  std::vector<GroupGap> groups;
  /// Largest minus smallest score of the groups that are not too small and have one; NaN for fewer than two.
  double range = 0;
};

/// Errors (defect): not one patient and attribute map for each row that the statistic knows.
FairnessTable fairness(const std::string& attribute, std::span<const std::map<std::string, std::string>> attributes,
                       std::span<const std::string> patients, const RowStatistic& statistic,
                       const SubgroupOptions& groups = {}, const BootstrapOptions& options = {});

Json to_json(const FairnessTable& table);

}  // namespace galen
