#pragma once
// The content of dataset.json and dataset.csv: cases, their patients and their splits.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "galen/base/files.h"

namespace galen {

/// A concept of a code system, such as SNOMED CT 'Structure of hippocampus'.
struct Code {
  std::string system;  ///< URI; empty: no code
  std::string code;
  std::string display;
};

/// One class: its number in masks and outputs, its name, its code.
struct ClassLabel {
  int value = 0;
  std::string name;
  Code code;
};

/// What each split is used for. train: weights; validate: choices; calibrate: probabilities and coverage; test:
/// reports; support: weights in every fold, but never choices, calibration or scores.
enum class Split { train, validate, calibrate, test, support };
std::vector<Split> all_splits();
std::string_view name_of(Split split);
std::string split_choice();  ///< "train, validate, calibrate, test or support"
/// Errors: an unknown name.
Split split_named(std::string_view name, const std::string& where);

struct DatasetRow {
  std::string id;  ///< of the case, unique
  std::string patient;
  Split split = Split::train;
  std::map<std::string, std::string> columns;  ///< the task's columns, and others as attributes; paths are absolute
};

struct Dataset {
  fs::path folder;
  std::string name, task, source, licence, citation;
  std::vector<ClassLabel> classes;           ///< background first if the task has one
  std::map<std::string, std::string> units;  ///< of columns
  std::map<std::string, double> rates_hz;    ///< of signal columns whose files do not state their rate
  bool patients_known = true;                ///< false: intervals are over cases, not patients, and say so
  std::vector<std::string> path_columns;     ///< columns that hold paths
  std::vector<fs::path> roots;               ///< read-only folders that paths may lie in besides the dataset's own
  std::vector<DatasetRow> rows;
  std::string fingerprint;  ///< SHA-256 over both files

  std::vector<const DatasetRow*> of(Split split) const;
};

/// The fold (0 .. folds-1) of every row, -1 for support: each patient is in one fold, and folds have nearly equal
/// numbers of cases. Depends on the seed and on the patients (names and numbers of cases), not on the order of rows.
/// Errors: fewer patients than folds.
std::vector<int> folds_by_patient(const Dataset& dataset, int folds, std::uint64_t seed);

}  // namespace galen
