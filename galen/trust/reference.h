#pragma once
// Is this case like those that the model was trained on? A reference profile of input statistics and of features from
// within the network, and a warning at a declared error rate.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "galen/base/json.h"

namespace galen {

/// The properties of a case that are compared.
struct ReferenceCase {
  std::string patient;
  std::vector<double> statistics;  ///< of the input: spacing, intensity, noise, ...; NaN: unknown
  std::vector<float> features;     ///< a hidden layer's output, pooled to a vector; may be empty
};

struct StatisticSummary {
  std::string name;
  double mean = 0, deviation = 0;
  double low = 0, median = 0, high = 0;  ///< quantiles 0.01, 0.5, 0.99
};

/// Distances are Mahalanobis in the standardised space of statistics and features together. The covariance is shrunk
/// (Ledoit and Wolf 2004) and stored as its leading directions and one variance for all others (probabilistic principal
/// components, Tipping and Bishop 1999), so that a profile of 320 features takes 30 kB.
struct ReferenceProfile {
  std::vector<StatisticSummary> statistics;
  std::size_t dimension = 0, directions = 0;
  std::vector<float> centre, scale;  ///< [dimension]
  std::vector<float> axes;           ///< [direction, dimension], unit vectors
  std::vector<float> variances;      ///< [direction]
  double rest_variance = 1;
  std::vector<float> distances;  ///< of the calibration cases, each under a fit without its patient
  std::vector<float> shares;     ///< of each of these cases: 1 / number of its patient's cases
  int patients = 0;
  double error_rate = 0.01;  ///< largest share of cases like the reference that get a warning
};

struct ReferenceOptions {
  double error_rate = 0.01;  ///< raised to 1 / (patients + 1) if lower, the least that so few patients allow
  std::size_t directions = 32;
  int folds = 10;
  std::uint64_t seed = 1;
};

/// Learns the profile and, by cross-fitting over patients, the distances to expect for cases like these.
/// Errors: fewer than 10 patients, differing numbers of statistics or features, features that are not finite.
ReferenceProfile fit_reference(std::span<const std::string> statistic_names, std::span<const ReferenceCase> cases,
                               const ReferenceOptions& options = {});
/// The same for a bundle: empty for fewer than 20 patients, which are too few for useful warnings.
std::optional<ReferenceProfile> kept_profile(std::span<const std::string> statistic_names,
                                             std::span<const ReferenceCase> cases,
                                             const ReferenceOptions& options = {});

/// For a case like those of the known distances, one per patient: P(conformal_p_value() <= a) <= a.
double conformal_p_value(double distance, std::span<const double> known);

struct Similarity {
  double distance = 0;  ///< 1 is typical
  /// Conformal: for a case like the reference, of a new patient, P(p_value <= a) <= a (Laxhammar 2014; cross-conformal
  /// as in Vovk 2015, each patient with weight 1).
  double p_value = 1;
  bool unlike = false;               ///< p_value <= error_rate
  std::vector<std::string> unusual;  ///< statistics outside their 1 % and 99 % quantiles, to explain a warning
};

/// Unknown statistics (NaN) count as the mean. Features that are not finite give an infinite distance.
/// Errors: wrong number of statistics or features.
Similarity compare_with(const ReferenceProfile& profile, const ReferenceCase& input);

/// "unusual: " and the names of the first three unusual statistics, or "the combination" if no single one is.
std::string unusual_text(const Similarity& similarity);
/// The text of the warning: "this NOUN is unlike the training data (distance 2.1; WHY)".
std::string warning_text(std::string_view noun, double distance, std::string_view why);

Json to_json(const ReferenceProfile& profile);
ReferenceProfile reference_from_json(const JsonView& json);

}  // namespace galen
