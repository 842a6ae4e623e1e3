#pragma once
// What is recorded of one examined strip, and the scores of many.
#include <map>
#include <string>
#include <vector>

#include "galen/pipeline/task.h"
#include "galen/trust/calibration.h"
#include "tasks/signal_classify/decision.h"
#include "tasks/signal_classify/plan.h"

namespace galen::classify {

struct StripRecord {
  std::vector<double> logits;  ///< [class]; empty: the strip could not be assessed
  int truth = 0;
  std::vector<float> features;
};
Json to_json(const StripRecord& record);
StripRecord strip_record_from_json(const JsonView& json);

/// Labelled strips, as calibration and decision use them.
struct Pool {
  std::vector<std::string> cases, patients;
  std::vector<StripRecord> records;
  std::vector<double> weights;  ///< class_mix over the class's share here; 1 without a mix
  /// Logits plus `shift`; strips that could not be assessed are left out.
  std::vector<LogitSample> samples(const std::vector<double>& shift) const;
};
Pool pool_of(const StripPlan& plan, const std::vector<ClassLabel>& classes, const std::vector<Record>& records);

/// Logits as calibration uses them: shifted, and for two classes the log odds of the second.
std::vector<double> for_calibration(const std::vector<double>& logits, const std::vector<double>& shift);

/// "f1.CLASS", their mean over scored classes "f1.mean", "accuracy"; for two classes "score" = (TP + TN) /
/// (TP + TN + FP + cost FN), "sensitivity", "specificity" and "auroc" of the second. All but the last three are
/// weighted to the recipe's class mix, if it states one. If the bundle's decision and calibration were fitted on all of
/// the records, they are judged by fits that did not see their patients, except for the shift to the class mix, which
/// is the bundle's; otherwise all are judged as the bundle decides. A strip that could not be assessed counts as the
/// first class. For records that were not fitted on, also whether the bundle's guarantees hold, over strips that could
/// be assessed, unweighted: "set.coverage", the share whose set contains their class; for two classes without a class
/// mix "brier", "calibration.slope" and "calibration.intercept" of the second. Intervals: bootstrap over patients, with
/// the mix's weights fixed.
Scores score_strips(const Bundle& bundle, const std::vector<Record>& records);

/// For every strip, those of score_strips() that are means over strips: "accuracy" if the recipe states no class mix
/// (which weights classes by their counts); for two classes also "sensitivity" and "specificity".
std::map<std::string, CaseScores> case_scores(const Bundle& bundle, const std::vector<Record>& records);

/// Scores without calibration and intervals, for the training log: the greatest logit decides. "criterion": f1.mean, or
/// score.
std::map<std::string, double> quick_scores(const StripPlan& plan, const std::vector<ClassLabel>& classes,
                                           const std::vector<StripRecord>& records);

}  // namespace galen::classify
