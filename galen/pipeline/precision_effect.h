#pragma once
// What a precision lower than f32 does to a bundle's scores, and what `auto` takes by that record.
#include <map>
#include <string>
#include <vector>

#include "galen/pipeline/task.h"

namespace galen {

/// One score of the same cases in f32 and in the lower precision.
struct PrecisionChange {
  double f32 = 0, lower = 0;
  double limit = 0;  ///< of the change, either way: a tenth of the width of f32's 95 % interval; NaN without interval
};

struct PrecisionEffect {
  int cases = 0;                                  ///< that were answered in f32
  int failed = 0;                                 ///< of these, not answered in the lower precision
  std::map<std::string, PrecisionChange> scores;  ///< empty where a case failed

  /// No case failed, some score has a limit, and each that has one keeps it.
  bool within_limit() const;
};

/// Compares the records of a dataset's cases in both precisions. Cases that have no record in f32 are left out.
PrecisionEffect precision_effect(const Task& task, const Bundle& bundle, const std::vector<Record>& f32,
                                 const std::vector<Record>& lower);

/// An entry of Bundle::precisions, by the lower precision's name.
Json to_json(const PrecisionEffect& effect, Precision lower, const std::string& processor);

/// Those lower than f32 that the processor computes natively.
std::vector<Precision> lower_precisions(const Engine& engine);

/// The fastest precision that the processor computes natively and that Bundle::precisions says to be within its limit;
/// f32 where there is none. Errors: an entry that does not say so.
Precision fastest_within_limit(const Bundle& bundle, const Engine& engine);

}  // namespace galen
