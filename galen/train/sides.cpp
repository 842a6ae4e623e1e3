#include "galen/train/sides.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "galen/base/error.h"
#include "galen/base/random.h"
#include "galen/train/schedule.h"

namespace galen {
namespace {

// Moves an eighth of the training patients, at least one, to validate; support cases stay in train.
void carve_validate(Sides& sides, std::uint64_t seed, int fold, const std::string& where, const std::string& remedy) {
  std::set<std::string> names;
  for (const DatasetRow* row : sides.train) {
    if (row->split != Split::support) names.insert(row->patient);
  }
  if (names.size() < 2) {
    throw Error(where, "has too few patients", fmt::format("{} to train and validate with", names.size()), remedy);
  }
  std::vector<std::string> patients(names.begin(), names.end());
  Random(seed, static_cast<std::uint64_t>(fold), 0, "validate").shuffle(patients);
  const std::size_t count = std::max<std::size_t>(1, (patients.size() + 4) / 8);
  const std::set<std::string> chosen(patients.begin(), patients.begin() + static_cast<std::ptrdiff_t>(count));
  std::erase_if(sides.train, [&](const DatasetRow* row) {
    if (row->split == Split::support || !chosen.contains(row->patient)) return false;
    sides.validate.push_back(row);
    return true;
  });
}

}  // namespace

Dataset without_test(const Dataset& dataset) {
  Dataset out = dataset;
  std::erase_if(out.rows, [](const DatasetRow& row) { return row.split == Split::test; });
  return out;
}

Sides sides_of_fold(const Dataset& dataset, int folds, int fold, const Schedule& schedule, std::uint64_t seed) {
  const std::vector<int> fold_of = folds_by_patient(dataset, folds, seed);
  Sides sides;
  for (std::size_t i = 0; i < dataset.rows.size(); ++i) {
    (fold_of[i] == fold ? sides.report : sides.train).push_back(&dataset.rows[i]);
  }
  sides.conclude = sides.report;
  if (chooses_on_validate(schedule)) {
    carve_validate(sides, seed, fold, dataset.name, "take more folds, or more patients");
  } else {
    sides.validate = sides.report;
  }
  return sides;
}

Sides sides_of_splits(const Dataset& dataset, std::uint64_t seed) {
  Sides sides{dataset.of(Split::train), dataset.of(Split::validate), dataset.of(Split::calibrate),
              dataset.of(Split::test)};
  if (sides.train.empty()) {
    throw Error(dataset.name, "has no case in the split 'train'", {}, "say so in dataset.csv, or train with --folds");
  }
  if (sides.validate.empty()) {
    carve_validate(sides, seed, 0, dataset.name, "put more patients into the splits 'train' and 'validate'");
  }
  const Rows support = dataset.of(Split::support);
  sides.train.insert(sides.train.end(), support.begin(), support.end());
  return sides;
}

int count_patients(const Rows& rows) {
  std::set<std::string> patients;
  for (const DatasetRow* row : rows) patients.insert(row->patient);
  return static_cast<int>(patients.size());
}

}  // namespace galen
