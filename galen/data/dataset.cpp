#include "galen/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "galen/base/error.h"
#include "galen/base/random.h"
#include "galen/base/text.h"

namespace galen {
namespace {

constexpr std::array<std::pair<Split, std::string_view>, 5> splits = {{
    {Split::train, "train"},
    {Split::validate, "validate"},
    {Split::calibrate, "calibrate"},
    {Split::test, "test"},
    {Split::support, "support"},
}};

}  // namespace

std::vector<Split> all_splits() {
  std::vector<Split> out;
  for (const auto& [value, name] : splits) out.push_back(value);
  return out;
}

std::string split_choice() {
  std::string text;
  for (const auto& [value, name] : splits) {
    text += text.empty() ? "" : value == splits.back().first ? " or " : ", ";
    text += name;
  }
  return text;
}

std::string_view name_of(Split split) {
  for (const auto& [value, name] : splits) {
    if (value == split) return name;
  }
  throw defect("split", "has no name");
}

Split split_named(std::string_view name, const std::string& where) {
  for (const auto& [value, known] : splits) {
    if (known == name) return value;
  }
  throw Error(where, fmt::format("'{}' is not a split", name), {}, "write " + split_choice());
}

std::vector<const DatasetRow*> Dataset::of(Split split) const {
  std::vector<const DatasetRow*> out;
  for (const DatasetRow& row : rows) {
    if (row.split == split) out.push_back(&row);
  }
  return out;
}

std::vector<int> folds_by_patient(const Dataset& dataset, int folds, std::uint64_t seed) {
  std::map<std::string, std::int64_t> cases_of;  // sorted by name, so that the order of rows does not matter
  for (const DatasetRow& row : dataset.rows) {
    if (row.split != Split::support) ++cases_of[row.patient];
  }
  if (folds < 1 || cases_of.size() < static_cast<std::size_t>(folds)) {
    throw Error(dataset.name.empty() ? "dataset" : dataset.name, fmt::format("cannot be cut into {} folds", folds),
                "it has " + counted(cases_of.size(), "patient"), "ask for fewer folds");
  }
  std::vector<std::pair<std::string, std::int64_t>> patients(cases_of.begin(), cases_of.end());
  Random(seed, 0, 0, "folds").shuffle(patients);
  // Patients with the most cases first, each to the fold with the fewest cases so far; ties go to the fold with the
  // fewest patients.
  std::ranges::stable_sort(patients, std::ranges::greater{}, [](const auto& patient) { return patient.second; });
  std::vector<std::pair<std::int64_t, std::int64_t>> filled(static_cast<std::size_t>(folds));  // cases, patients
  std::map<std::string, int> fold_of;
  for (const auto& [patient, cases] : patients) {
    const auto least = std::ranges::min_element(filled);
    fold_of[patient] = static_cast<int>(least - filled.begin());
    least->first += cases;
    ++least->second;
  }
  std::vector<int> out;
  out.reserve(dataset.rows.size());
  for (const DatasetRow& row : dataset.rows) out.push_back(row.split == Split::support ? -1 : fold_of[row.patient]);
  return out;
}

}  // namespace galen
