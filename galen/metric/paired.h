#pragma once
// Two systems on the same cases: the interval of the paired difference decides.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "galen/metric/bootstrap.h"

namespace galen {

/// With fewer patients there is no verdict, as no sign test can decide at 5 % (2^(1-5) = 0.06).
inline constexpr int least_decided = 6;

enum class Verdict {
  better,              ///< the whole interval is above 0
  as_good,             ///< the whole interval is above -margin (non-inferior), though it contains 0 or lies below it
  worse,               ///< the whole interval is below 0, and it reaches below -margin
  not_distinguishable  ///< none of these, or fewer than least_decided patients: more are needed
};
std::string_view name_of(Verdict verdict);  ///< "better", "as good", "worse", "not distinguishable"

struct Comparison {
  Score first, second;
  Score difference;  ///< first - second, or second - first if lower is better: above 0 favours the first
  double margin = 0;
  Verdict verdict = Verdict::not_distinguishable;  ///< of the first, against the second
};

enum class Direction { higher_is_better, lower_is_better };

/// Compares means, case by case; cases that are undefined (NaN) for either system are left out of all three scores.
/// margin >= 0, in the unit of the score. Errors (defect): ranges of different length, a negative margin.
Comparison compare(std::span<const double> first, std::span<const double> second, std::span<const std::string> patients,
                   double margin, Direction direction = Direction::higher_is_better,
                   const BootstrapOptions& options = {});

/// Compares statistics of rows (AUROC and the like), on the same draws of patients.
Comparison compare(std::span<const std::string> patients, const RowStatistic& first, const RowStatistic& second,
                   double margin, Direction direction = Direction::higher_is_better,
                   const BootstrapOptions& options = {});

/// {"first": score, "second": score, "difference": score, "margin": 0, "verdict": "better"}
Json to_json(const Comparison& comparison);
/// One sentence: "first 0.912 (0.901 to 0.922), second 0.905 (...), difference 0.007 (0.002 to 0.013): better".
std::string sentence(const Comparison& comparison);

}  // namespace galen
