#include "galen/metric/subgroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <tuple>

#include "galen/base/text.h"
#include "galen/metric/stats.h"

namespace galen {
namespace {

constexpr std::size_t few_values = 8;  // up to this many different numbers are names: a stage, a grade
constexpr int number_groups = 4;       // of an attribute with more different numbers

std::optional<double> finite_number(const std::string& text) {
  const std::optional<double> value = number_in<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

// Where a numeric attribute is cut into groups.
struct Cuts {
  double least = 0, most = 0;
  std::vector<double> at;  // a group begins at each
};

std::optional<Cuts> cuts_of(std::span<const std::string> values) {
  std::vector<double> numbers;
  for (const std::string& value : values) {
    if (value.empty()) continue;
    const auto number = finite_number(value);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  if (std::set<double>(numbers.begin(), numbers.end()).size() <= few_values) return std::nullopt;
  Cuts cuts{*std::min_element(numbers.begin(), numbers.end()), *std::max_element(numbers.begin(), numbers.end()), {}};
  std::set<double> at;
  for (int i = 1; i < number_groups; ++i) at.insert(quantile(numbers, static_cast<double>(i) / number_groups));
  at.erase(cuts.least);
  cuts.at.assign(at.begin(), at.end());
  return cuts;
}

// 15 digits tell apart what people write, dates too, and hide the rounding error of a quartile between two numbers.
std::string group_of(double number, const Cuts& cuts) {
  const auto next = std::upper_bound(cuts.at.begin(), cuts.at.end(), number);
  const double from = next == cuts.at.begin() ? cuts.least : *std::prev(next);
  if (next == cuts.at.end()) return fmt::format("{:.15g} to {:.15g}", from, cuts.most);
  return fmt::format("{:.15g} to below {:.15g}", from, *next);
}

// Groups of numbers by their lower bound, names alphabetically, "not stated" last.
std::tuple<bool, double, std::string> order_key(const std::string& name) {
  const auto number = finite_number(name.substr(0, name.find(' ')));
  return {name == not_stated, number.value_or(std::numeric_limits<double>::max()), name};
}

}  // namespace

std::vector<std::string> subgroup_names(const std::string& attribute,
                                        std::span<const std::map<std::string, std::string>> attributes) {
  std::vector<std::string> values;
  for (const auto& of_row : attributes) {
    const auto at = of_row.find(attribute);
    values.push_back(at == of_row.end() ? std::string() : at->second);
  }
  const auto cuts = cuts_of(values);
  for (std::string& value : values) {
    if (value.empty()) {
      value = not_stated;
    } else if (cuts) {
      value = group_of(*finite_number(value), *cuts);
    }
  }
  return values;
}

SubgroupTable by_subgroup(const std::string& attribute, std::span<const std::map<std::string, std::string>> attributes,
                          std::span<const std::string> patients, const RowScorer& scorer,
                          const SubgroupOptions& options) {
  if (attributes.size() != patients.size()) throw defect("by_subgroup", "needs one patient for each row");
  const std::vector<std::string> names = subgroup_names(attribute, attributes);
  std::map<std::tuple<bool, double, std::string>, std::vector<std::size_t>> groups;
  for (std::size_t row = 0; row < names.size(); ++row) groups[order_key(names[row])].push_back(row);
  SubgroupTable table{attribute, {}};
  for (const auto& [key, rows] : groups) {
    std::set<std::string> owners;
    for (const std::size_t row : rows) owners.insert(patients[row]);
    const int count = static_cast<int>(owners.size());
    table.groups.push_back(
        {std::get<2>(key), count, static_cast<int>(rows.size()), count < options.least_patients, scorer(rows)});
  }
  return table;
}

Json to_json(const SubgroupTable& table) {
  Json groups = Json::array();
  for (const Subgroup& group : table.groups) {
    groups.push_back({{"name", group.name},
                      {"patients", group.patients},
                      {"cases", group.cases},
                      {"too_small", group.too_small},
                      {"metrics", to_json(group.scores)}});
  }
  return {{"attribute", table.attribute}, {"groups", groups}};
}

}  // namespace galen
