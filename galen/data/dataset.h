#pragma once
// What dataset.json and dataset.csv mean: cases, whose patients they are of, and which side of a split they stand on.
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

/// One class of an answer: its number in masks and outputs, its name, its code.
struct ClassLabel {
  int value = 0;
  std::string name;
  Code code;
};

/// train: weights; validate: choices; calibrate: probabilities and coverage; test: reports; support: weights only, in
/// every fold: no choice, calibration or score is of it.
enum class Split { train, validate, calibrate, test, support };
std::vector<Split> all_splits();
std::string_view name_of(Split split);
std::string split_choice();  ///< "train, validate, calibrate, test or support"
/// Errors: another word.
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
  std::vector<ClassLabel> classes;           ///< background first where the task has one
  std::map<std::string, std::string> units;  ///< of columns
  std::map<std::string, double> rates_hz;    ///< of columns of signals whose files do not state their rate
  bool patients_known = true;                ///< false: the unit of every interval is the case, and that is said
  std::vector<std::string> path_columns;     ///< columns that hold paths
  std::vector<fs::path> roots;               ///< read-only folders that paths may lie in besides the dataset's own
  std::vector<DatasetRow> rows;
  std::string fingerprint;  ///< SHA-256 over both files

  std::vector<const DatasetRow*> of(Split split) const;
};

/// The fold (0 .. folds-1) of every row, -1 of support: patients are kept whole, folds are as equal in cases as can be;
/// depends on the seed and on the patients' names alone. Errors: fewer patients than folds.
std::vector<int> folds_by_patient(const Dataset& dataset, int folds, std::uint64_t seed);

}  // namespace galen
