#include "galen/trust/fairness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace galen {
namespace {

// The bootstrap draws indices into `members`; the rows drawn are split into those of the group and the others.
Score difference(const std::vector<std::size_t>& members, const std::vector<std::string>& names,
                 std::span<const std::string> patients, const std::string& group, const RowStatistic& statistic,
                 const BootstrapOptions& options) {
  std::vector<std::string> owners;
  for (const std::size_t row : members) owners.push_back(patients[row]);
  const auto gap = [&](std::span<const std::size_t> drawn) {
    std::vector<std::size_t> inside, outside;
    for (const std::size_t i : drawn) (names[members[i]] == group ? inside : outside).push_back(members[i]);
    if (inside.empty() || outside.empty()) return std::numeric_limits<double>::quiet_NaN();
    return statistic(inside) - statistic(outside);
  };
  return bootstrap(owners, gap, options);
}

int patients_beside(const std::vector<std::size_t>& members, const std::vector<std::string>& names,
                    std::span<const std::string> patients, const std::string& group) {
  std::set<std::string> others;
  for (const std::size_t row : members) {
    if (names[row] != group) others.insert(patients[row]);
  }
  return static_cast<int>(others.size());
}

}  // namespace

FairnessTable fairness(const std::string& attribute, std::span<const std::map<std::string, std::string>> attributes,
                       std::span<const std::string> patients, const RowStatistic& statistic,
                       const SubgroupOptions& groups, const BootstrapOptions& options) {
  const std::vector<std::string> names = subgroup_names(attribute, attributes);
  std::vector<std::size_t> stated;
  for (std::size_t row = 0; row < names.size(); ++row) {
    if (names[row] != not_stated) stated.push_back(row);
  }
  const auto scorer = [&](std::span<const std::size_t> rows) {
    std::vector<std::string> owners;
    for (const std::size_t row : rows) owners.push_back(patients[row]);
    const auto of_group = [&](std::span<const std::size_t> drawn) {
      std::vector<std::size_t> chosen;
      for (const std::size_t i : drawn) chosen.push_back(rows[i]);
      return statistic(chosen);
    };
    return Scores{{"score", bootstrap(owners, of_group, options)}};
  };
  FairnessTable table{attribute, {}, std::numeric_limits<double>::quiet_NaN()};
  std::vector<double> scores;
  for (const Subgroup& group : by_subgroup(attribute, attributes, patients, scorer, groups).groups) {
    if (group.name == not_stated) continue;
    const Score& score = group.scores.at("score");
    const bool few_others = patients_beside(stated, names, patients, group.name) < groups.least_patients;
    table.groups.push_back({group.name, group.patients, group.too_small, few_others, score,
                            difference(stated, names, patients, group.name, statistic, options)});
    if (!group.too_small && !std::isnan(score.value)) scores.push_back(score.value);
  }
  if (scores.size() > 1) {
    const auto [least, most] = std::minmax_element(scores.begin(), scores.end());
    table.range = *most - *least;
  }
  return table;
}

Json to_json(const FairnessTable& table) {
  Json groups = Json::array();
  for (const GroupGap& group : table.groups) {
    groups.push_back({{"name", group.name},
                      {"patients", group.patients},
                      {"too_small", group.too_small},
                      {"few_others", group.few_others},
                      {"apart", group.apart()},
                      {"metrics", to_json(Scores{{"score", group.score}, {"difference", group.difference}})}});
  }
  return {{"attribute", table.attribute}, {"range", table.range}, {"groups", groups}};
}

}  // namespace galen
