#pragma once
// How irregular a series is, and how its fluctuations grow with the scale.
#include <cstddef>
#include <optional>
#include <span>

namespace galen {

/// -ln of the probability that two runs of `dimension` values that agree within the tolerance also agree in the next
/// value; no run is compared with itself (Richman, Moorman, American Journal of Physiology 2000). Absent if no runs
/// agree, or none in the next value. The usual tolerance is a fifth of the standard deviation. O(n^2) with a small
/// constant: 100,000 values take a second. Errors (defect): a dimension below 1.
std::optional<double> sample_entropy(std::span<const double> values, int dimension, double tolerance);

/// The least tolerance within which this many pairs of runs of two values agree in both values. Absent if there are
/// fewer pairs. Errors (defect): pairs is 0.
std::optional<double> least_tolerance(std::span<const double> values, std::size_t pairs);

/// Irregularity of intervals between beats relative to their mean: the sample entropy of dimension 1, + ln of twice the
/// tolerance, - ln of the mean interval (Lake and Moorman, American Journal of Physiology 2011). Absent if fewer than
/// least_pairs pairs of intervals also agree in the next one.
std::optional<double> coefficient_of_sample_entropy(std::span<const double> intervals, double tolerance,
                                                    std::size_t least_pairs = 1);

/// Approximate entropy: like sample entropy, but each run is also compared with itself (Pincus, PNAS 1991); biased
/// towards regularity in short series. Absent if there are no more values than the dimension.
std::optional<double> approximate_entropy(std::span<const double> values, int dimension, double tolerance);

/// The exponent of detrended fluctuation analysis (Peng et al., Chaos 1995): the slope of log F(n) over log n for each
/// n from shortest to longest, where F(n) is the root mean square of the integrated series after subtracting a line in
/// each of the adjoining windows of n values; an incomplete last window is left out. 0.5: white noise; 1: 1/f noise;
/// 1.5: integrated white noise. Absent if fewer than 4 windows of the longest fit, or the series is constant. Errors
/// (defect): not 3 <= shortest < longest.
std::optional<double> fluctuation_exponent(std::span<const double> values, int shortest, int longest);

}  // namespace galen
