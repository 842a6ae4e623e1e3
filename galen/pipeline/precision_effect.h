#pragma once
// The effect of a precision lower than f32 on a bundle's scores, and the precision that `auto` then chooses.
#include <map>
#include <string>
#include <vector>

#include "galen/pipeline/task.h"

namespace galen {

/// One score of the same cases, in f32 and in the lower precision.
struct PrecisionChange {
  double f32 = 0, lower = 0;
  double limit = 0;  ///< of the absolute change: a tenth of the width of f32's 95 % interval; NaN without interval
};

struct PrecisionEffect {
  int cases = 0;                                  ///< answered in f32
  int failed = 0;                                 ///< of these, not answered in the lower precision
  std::map<std::string, PrecisionChange> scores;  ///< empty if a case failed

  /// No case failed, at least one score has a limit, and every score that has one is within it.
  bool within_limit() const;
};

/// Compares the records of a dataset's cases in both precisions. Cases that have no record in f32 are left out.
PrecisionEffect precision_effect(const Task& task, const Bundle& bundle, const std::vector<Record>& f32,
                                 const std::vector<Record>& lower);

/// An entry of Bundle::precisions, whose key is the name of the lower precision.
Json to_json(const PrecisionEffect& effect, Precision lower, const std::string& processor);

/// The precisions lower than f32 that the processor computes natively.
std::vector<Precision> lower_precisions(const Engine& engine);

/// The fastest precision that the processor computes natively and that is within its limit according to
/// Bundle::precisions; f32 if there is none. Errors: an entry without "within_limit".
Precision fastest_within_limit(const Bundle& bundle, const Engine& engine);

}  // namespace galen
