#pragma once
// Records of a dataset's cases under a bundle, and what they add up to.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "galen/metric/subgroup.h"
#include "galen/pipeline/predict.h"
#include "galen/trust/fairness.h"

namespace galen {

struct FailedCase {
  std::string case_id;
  Error error;
};

struct Examination {
  std::vector<Record> records;
  std::vector<FailedCase> failed;
};

/// Examines every row; a case that fails is a value in the result. Stops, with an Error, when a stop is requested.
Examination examine_rows(const Predictor& predictor, const std::vector<const DatasetRow*>& rows, const LoadCase& load,
                         Progress& progress);

struct Evaluation {
  Scores scores;
  std::vector<SubgroupTable> by;  ///< of each attribute asked for
  /// Of each attribute of two groups or more, and of each score that is a mean over cases: of the cases that have it.
  std::map<std::string, std::map<std::string, FairnessTable>> gaps;
  std::string protocol;  ///< one sentence: split, unit, counts, and whether the bundle was trained on it
  Examination examination;
};

/// Scores of the bundle on a split, and of the subgroups of the named attributes (numbers are cut at their quantiles,
/// as by_subgroup() says). Errors: the split is empty, an attribute is no column, every case failed.
Evaluation evaluate(const Service& service, const Dataset& dataset, Split split, const std::vector<std::string>& by,
                    Progress& progress);

Json to_json(const Evaluation& evaluation);

}  // namespace galen
