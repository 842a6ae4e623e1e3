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

/// The group of those whose attribute is missing.
inline constexpr std::string_view not_stated = "not stated";

struct Subgroup {
  std::string name;  ///< the attribute's value, "40 to 59" for numbers, "not stated"
  int patients = 0, cases = 0;
  bool too_small = false;  ///< fewer patients than asked for: intervals are wide, and shown only with that said
  Scores scores;
};

struct SubgroupTable {
  std::string attribute;
  std::vector<Subgroup> groups;
};

struct SubgroupOptions {
  int least_patients = 20;
};

/// The scores of some rows, named by their numbers.
using RowScorer = std::function<Scores(std::span<const std::size_t> rows)>;

/// One group for each value of the attribute, in order of name; "not stated" (no such attribute, or empty) comes last.
/// An attribute whose values are all numbers, more than 8 different ones, is cut at its quartiles.
/// Errors (defect): not one patient for each row.
SubgroupTable by_subgroup(const std::string& attribute, std::span<const std::map<std::string, std::string>> attributes,
                          std::span<const std::string> patients, const RowScorer& scorer,
                          const SubgroupOptions& options = {});

/// The group of every row, as by_subgroup makes them.
std::vector<std::string> subgroup_names(const std::string& attribute,
                                        std::span<const std::map<std::string, std::string>> attributes);

Json to_json(const SubgroupTable& table);

}  // namespace galen
