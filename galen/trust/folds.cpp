#include "galen/trust/folds.h"

#include <algorithm>
#include <map>

#include "galen/base/error.h"
#include "galen/base/random.h"

namespace galen {

std::vector<int> patient_folds(std::span<const std::string> patients, int folds, std::uint64_t seed) {
  if (folds < 2) throw defect("patient_folds", "needs at least two folds");
  std::map<std::string, int> fold_of;
  for (const std::string& patient : patients) fold_of.try_emplace(patient, 0);
  std::vector<std::string> names;
  for (const auto& [name, unused] : fold_of) names.push_back(name);
  Random random(seed, 0, 0, "patient folds");
  random.shuffle(names);
  for (std::size_t i = 0; i < names.size(); ++i) fold_of[names[i]] = static_cast<int>(i) % folds;
  std::vector<int> result;
  for (const std::string& patient : patients) result.push_back(fold_of[patient]);
  return result;
}

}  // namespace galen
