#pragma once
// Evaluates a bundle on a dataset: records of the cases, and the scores computed from them.
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

/// Examines every row; a case that fails is listed in the result. Throws an Error when a stop is requested.
Examination examine_rows(const Predictor& predictor, const std::vector<const DatasetRow*>& rows, const LoadCase& load,
                         Progress& progress);

struct Evaluation {
  Scores scores;
  std::vector<SubgroupTable> by;  ///< one for each requested attribute
  /// By attribute (of at least two groups) and by score that is a mean over cases; of the cases that have the score.
  std::map<std::string, std::map<std::string, FairnessTable>> gaps;
  std::string protocol;  ///< one sentence: split, unit, counts, and whether the bundle was trained on it
  Examination examination;
};

/// Scores of the bundle on a split, overall and by subgroup of the named attributes (numeric ones are cut at quantiles:
/// see by_subgroup()). Errors: the split is empty, no case has an attribute, every case failed.
Evaluation evaluate(const Service& service, const Dataset& dataset, Split split, const std::vector<std::string>& by,
                    Progress& progress);

Json to_json(const Evaluation& evaluation);

}  // namespace galen
