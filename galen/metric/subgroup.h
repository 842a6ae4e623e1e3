#pragma once
// Scores by an attribute of the patients: sex, age, site.
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "galen/metric/score.h"

namespace galen {

/// The group of rows whose attribute is missing.
inline constexpr std::string_view not_stated = "not stated";

struct Subgroup {
  std::string name;  ///< the attribute's value, "40 to below 59.5" for numbers, "not stated"
  int patients = 0, cases = 0;
  bool too_small = false;  ///< fewer than least_patients: intervals are wide, and must be shown with a warning
  Scores scores;
};

struct SubgroupTable {
  std::string attribute;
  std::vector<Subgroup> groups;
};

struct SubgroupOptions {
  int least_patients = 20;
};

/// The scores of some rows, given by their indices.
using RowScorer = std::function<Scores(std::span<const std::size_t> rows)>;

/// One group for each value of the attribute, in order of name; "not stated" (no such attribute, or empty) comes last.
/// An attribute with more than 8 different values, all of them numbers, is cut at its quartiles.
/// Errors (defect): the numbers of patients and rows differ.
SubgroupTable by_subgroup(const std::string& attribute, std::span<const std::map<std::string, std::string>> attributes,
                          std::span<const std::string> patients, const RowScorer& scorer,
                          const SubgroupOptions& options = {});

/// The group of every row, as by_subgroup forms them.
std::vector<std::string> subgroup_names(const std::string& attribute,
                                        std::span<const std::map<std::string, std::string>> attributes);

Json to_json(const SubgroupTable& table);

}  // namespace galen
