#pragma once
// How irregular a series is, and how its fluctuations grow with the scale.
#include <cstddef>
#include <optional>
#include <span>

namespace galen {

/// -ln of the chance that runs of `dimension` values which agree within the tolerance agree in the next value too, runs
/// not compared with themselves (Richman, Moorman, American Journal of Physiology 2000). Absent where no such runs
/// agree, or none in the next value. A fifth of the standard deviation is the usual tolerance. O(n^2) with a small
/// constant: 100,000 values take a second. Errors (defect): a dimension below 1.
std::optional<double> sample_entropy(std::span<const double> values, int dimension, double tolerance);

/// The least tolerance with which that many pairs of runs of two values agree, in both. Absent where there are fewer
/// pairs. Errors (defect): no pairs are wanted.
std::optional<double> least_tolerance(std::span<const double> values, std::size_t pairs);

/// How unpredictable intervals between beats are for their mean: the sample entropy of dimension 1, + ln of twice the
/// tolerance, - ln of their mean (Lake and Moorman, American Journal of Physiology 2011). Absent where fewer than
/// least_pairs pairs of intervals agree in the next one too.
std::optional<double> coefficient_of_sample_entropy(std::span<const double> intervals, double tolerance,
                                                    std::size_t least_pairs = 1);

/// The sample entropy with each run compared with itself too (Pincus, PNAS 1991); biased towards regularity in short
/// series. Absent with no more values than the dimension.
std::optional<double> approximate_entropy(std::span<const double> values, int dimension, double tolerance);

/// The exponent of detrended fluctuations (Peng et al., Chaos 1995): the slope of log F(n) on log n for each n from
/// shortest to longest, where F(n) is the root mean square of the summed series, less a line in each of the adjoining
/// windows of n values; what fills no window at the end is left out. 0.5: white noise; 1: 1/f noise; 1.5: its sum.
/// Absent with fewer than 4 windows of the longest, or where the series is constant. Errors (defect): not 3 <= shortest
/// < longest.
std::optional<double> fluctuation_exponent(std::span<const double> values, int shortest, int longest);

}  // namespace galen
