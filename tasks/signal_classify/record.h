#pragma once
// What is kept of one examined strip, and what many add up to.
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

/// Strips with a class, as calibration and decision take them.
struct Pool {
  std::vector<std::string> cases, patients;
  std::vector<StripRecord> records;
  std::vector<double> weights;  ///< class_mix over the class's share here; 1 without a mix
  /// Logits plus `shift`; strips that could not be assessed are left out.
  std::vector<LogitSample> samples(const std::vector<double>& shift) const;
};
Pool pool_of(const StripPlan& plan, const std::vector<ClassLabel>& classes, const std::vector<Record>& records);

/// Logits as calibration takes them: shifted, and of two classes the log odds of the second.
std::vector<double> for_calibration(const std::vector<double>& logits, const std::vector<double>& shift);

/// "f1.CLASS", their mean over scored classes "f1.mean", "accuracy"; of two classes "score" (TP + TN) / (TP + TN + FP +
/// cost FN), "sensitivity", "specificity" and "auroc" of the second. All but the last three under the recipe's class
/// mix, where it states one. Records that the bundle's decision and calibration were fitted on, all or a part of them,
/// are judged by fits that did not see their patients, but for the shift to the class mix, which is the bundle's; with
/// others among them all are judged as the bundle decides. A strip that could not be assessed counts as the first
/// class. Of those that are not fitted on also what the bundle promises, over strips that could be assessed, as they
/// are: "set.coverage", the share whose class its set holds; of two classes without a class mix "brier",
/// "calibration.slope" and "calibration.intercept" of the second. Intervals: bootstrap over patients, the mix's weights
/// as they are.
Scores score_strips(const Bundle& bundle, const std::vector<Record>& records);

/// Of every strip, what score_strips() gives as a mean over strips: "accuracy" where the recipe states no class mix
/// (which weighs classes by how many there are of each), of two classes "sensitivity" and "specificity" too.
std::map<std::string, CaseScores> case_scores(const Bundle& bundle, const std::vector<Record>& records);

/// The same without calibration and intervals, for the log of a training: decided by the greatest logit. "criterion":
/// f1.mean, or score.
std::map<std::string, double> quick_scores(const StripPlan& plan, const std::vector<ClassLabel>& classes,
                                           const std::vector<StripRecord>& records);

}  // namespace galen::classify
