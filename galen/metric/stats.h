#pragma once
// Small statistics shared by scores, intervals and calibration.
#include <span>
#include <string>
#include <vector>

namespace galen {

/// NaN for an empty range.
double mean(std::span<const double> values);
/// Sample standard deviation (n - 1); NaN for fewer than two values.
double standard_deviation(std::span<const double> values);
/// Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, numpy's 'linear'); NaN when empty.
/// q in [0, 1].
double quantile(std::span<const double> values, double q);
double median(std::span<const double> values);
/// The mean of the values that are not NaN: cases for which a score is undefined (Dice of two empty masks) are left
/// out. NaN if none is left.
double mean_of_defined(std::span<const double> values);

struct Range {
  double low = 0, high = 0;
};
/// Clopper and Pearson's exact interval of a proportion (Biometrika 26, 1934). successes may be fractional, as when
/// each patient contributes the share of their cases. Errors (defect): not 0 <= successes <= trials, no trials.
Range binomial_interval(double successes, double trials, double level = 0.95);
/// Regularised incomplete beta function I_x(a, b), a and b positive.
double incomplete_beta(double a, double b, double x);

/// Rows grouped by patient; patients are numbered 0 .. count-1 in order of first appearance.
struct PatientIndex {
  std::vector<std::size_t> patient_of;         ///< by row
  std::vector<std::vector<std::size_t>> rows;  ///< by patient
  std::size_t count() const { return rows.size(); }
};
PatientIndex index_patients(std::span<const std::string> patients);

}  // namespace galen
