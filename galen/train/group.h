#pragma once
// One outer fold, or the dataset's own splits, whose networks predict together.
#include <fmt/format.h>

#include <vector>

#include "galen/train/member.h"

namespace galen {

struct Group {
  std::string name;
  int fold = -1;  ///< -1: the dataset's own splits
  std::vector<Member> members;
  fs::path folder;

  fs::path records_file() const { return folder / "records.jsonl"; }
  fs::path report_file() const { return folder / "report.jsonl"; }  ///< without folds: records of the test split
  /// The records to be scored, once all are written.
  fs::path scored_file() const { return fs::exists(report_file()) ? report_file() : records_file(); }
  /// Records of the same cases in a precision lower than f32.
  fs::path lower_file(Precision lower) const { return folder / fmt::format("records.{}.jsonl", name_of(lower)); }
};

}  // namespace galen
