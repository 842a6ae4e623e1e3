#include "galen/trust/reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/scalar.h"
#include "galen/metric/stats.h"
#include "galen/trust/folds.h"
#include "galen/trust/packed.h"
#include "galen/trust/shrinkage.h"

namespace galen {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr int least_patients = 10;
constexpr std::size_t least_known = 2;           // cases with a statistic; with fewer, the statistic is ignored
constexpr std::size_t least_kept_patients = 20;  // with fewer, at least one case in twenty would get a warning
constexpr std::size_t most_unusual = 3;          // statistics that a warning names

void check(std::span<const std::string> names, std::span<const ReferenceCase> cases) {
  for (const ReferenceCase& one : cases) {
    if (one.statistics.size() != names.size() || one.features.size() != cases[0].features.size()) {
      throw Error("reference profile", "was given cases of differing length",
                  fmt::format("patient {}: {} statistics, {} features", one.patient, one.statistics.size(),
                              one.features.size()));
    }
    if (!std::all_of(one.features.begin(), one.features.end(), [](float f) { return std::isfinite(f); })) {
      throw Error("reference profile", "was given features that are not finite",
                  fmt::format("patient {}", one.patient));
    }
  }
  if (cases.empty() || names.size() + cases[0].features.size() == 0) {
    throw Error("reference profile", "has nothing to learn from", "no cases, or cases without statistics and features");
  }
}

// Statistics, then features.
std::vector<double> joined(const ReferenceCase& one) {
  std::vector<double> values = one.statistics;
  values.insert(values.end(), one.features.begin(), one.features.end());
  return values;
}

void fit_scale(ReferenceProfile& profile, const std::vector<std::vector<double>>& rows) {
  for (std::size_t k = 0; k < profile.dimension; ++k) {
    std::vector<double> column;
    for (const auto& row : rows) {
      if (std::isfinite(row[k])) column.push_back(row[k]);
    }
    if (column.size() < least_known) {  // any value counts as usual
      profile.centre.push_back(0);
      profile.scale.push_back(std::numeric_limits<float>::max());
      continue;
    }
    const double centre = mean(column), deviation = standard_deviation(column);
    // A constant value still needs a scale: a thousandth of itself.
    profile.centre.push_back(static_cast<float>(centre));
    profile.scale.push_back(static_cast<float>(std::max({deviation, 1e-3 * std::abs(centre), 1e-6})));
  }
}

Eigen::VectorXd standardised(const ReferenceProfile& profile, const std::vector<double>& row) {
  Eigen::VectorXd z(static_cast<Eigen::Index>(profile.dimension));
  for (std::size_t k = 0; k < profile.dimension; ++k) {
    const double value = (row[k] - static_cast<double>(profile.centre[k])) / static_cast<double>(profile.scale[k]);
    z[static_cast<Eigen::Index>(k)] = std::isnan(value) ? 0 : value;
  }
  return z;
}

void fit_directions(ReferenceProfile& profile, const std::vector<std::vector<double>>& rows, std::size_t most) {
  const auto p = static_cast<Eigen::Index>(profile.dimension), n = static_cast<Eigen::Index>(rows.size());
  Matrix z(n, p);
  for (Eigen::Index i = 0; i < n; ++i) z.row(i) = standardised(profile, rows[static_cast<std::size_t>(i)]);
  const double shrinkage = ledoit_wolf_shrinkage({z.data(), static_cast<std::size_t>(z.size())}, profile.dimension);
  Eigen::MatrixXd covariance = (1 - shrinkage) * (z.transpose() * z) / static_cast<double>(n);
  const double mean_variance = z.squaredNorm() / static_cast<double>(n * p);
  covariance.diagonal().array() += shrinkage * mean_variance;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);  // eigenvalues ascend
  constexpr double least_variance = 1e-4;  // of standardised values; below this, rounding to f16 would dominate
  profile.directions = std::min(most, profile.dimension);
  for (std::size_t d = 0; d < profile.directions; ++d) {
    const Eigen::Index column = p - 1 - static_cast<Eigen::Index>(d);
    profile.variances.push_back(static_cast<float>(std::max(solver.eigenvalues()[column], least_variance)));
    for (Eigen::Index k = 0; k < p; ++k) {
      // Rounded as when stored, so that a profile gives the same distances before and after saving.
      profile.axes.push_back(from_f16(to_f16(static_cast<float>(solver.eigenvectors()(k, column)))));
    }
  }
  const Eigen::Index rest = p - static_cast<Eigen::Index>(profile.directions);
  if (rest > 0) profile.rest_variance = std::max(solver.eigenvalues().head(rest).mean(), least_variance);
}

ReferenceProfile fit_shape(const std::vector<std::vector<double>>& rows, std::size_t most_directions) {
  ReferenceProfile profile;
  profile.dimension = rows[0].size();
  fit_scale(profile, rows);
  fit_directions(profile, rows, most_directions);
  return profile;
}

double distance_of(const ReferenceProfile& profile, const std::vector<double>& row) {
  const Eigen::VectorXd z = standardised(profile, row);
  if (!z.allFinite()) return std::numeric_limits<double>::infinity();
  const auto p = static_cast<Eigen::Index>(profile.dimension);
  double sum = 0, explained = 0;
  for (std::size_t d = 0; d < profile.directions; ++d) {
    const Eigen::Map<const Eigen::VectorXf> axis(profile.axes.data() + d * profile.dimension, p);
    const double along = axis.cast<double>().dot(z);
    sum += along * along / static_cast<double>(profile.variances[d]);
    explained += along * along;
  }
  if (profile.directions < profile.dimension) {
    sum += std::max(z.squaredNorm() - explained, 0.0) / profile.rest_variance;
  }
  return std::sqrt(sum / static_cast<double>(profile.dimension));
}

std::vector<StatisticSummary> summaries(std::span<const std::string> names, std::span<const ReferenceCase> cases) {
  std::vector<StatisticSummary> result;
  for (std::size_t k = 0; k < names.size(); ++k) {
    std::vector<double> column;
    for (const ReferenceCase& one : cases) {
      if (std::isfinite(one.statistics[k])) column.push_back(one.statistics[k]);
    }
    if (column.size() < least_known) {
      result.push_back({names[k], 0, 0, std::numeric_limits<double>::lowest(), 0, std::numeric_limits<double>::max()});
      continue;
    }
    result.push_back({names[k], mean(column), standard_deviation(column), quantile(column, 0.01), median(column),
                      quantile(column, 0.99)});
  }
  return result;
}

// Conformal p-value when `farther` of the `patients` known ones (by weight) are at least as far as the new case.
double p_value_of(double farther, double patients) {
  return (farther + 1) / (patients + 1);
}

}  // namespace

ReferenceProfile fit_reference(std::span<const std::string> statistic_names, std::span<const ReferenceCase> cases,
                               const ReferenceOptions& options) {
  check(statistic_names, cases);
  std::vector<std::string> patients;
  std::vector<std::vector<double>> rows;
  for (const ReferenceCase& one : cases) patients.push_back(one.patient), rows.push_back(joined(one));
  const PatientIndex index = index_patients(patients);
  if (index.count() < least_patients) {
    throw Error("reference profile", "needs more patients",
                fmt::format("{} given, at least {} needed", index.count(), least_patients));
  }
  ReferenceProfile profile = fit_shape(rows, options.directions);
  profile.statistics = summaries(statistic_names, cases);
  profile.patients = static_cast<int>(index.count());
  profile.error_rate = std::max(options.error_rate, 1 / static_cast<double>(index.count() + 1));
  const std::vector<int> fold_of = patient_folds(patients, options.folds, options.seed);
  profile.distances.resize(cases.size());
  for (int fold = 0; fold < options.folds; ++fold) {
    std::vector<std::vector<double>> others;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (fold_of[i] != fold) others.push_back(rows[i]);
    }
    const ReferenceProfile held_out = fit_shape(others, options.directions);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (fold_of[i] == fold) profile.distances[i] = static_cast<float>(distance_of(held_out, rows[i]));
    }
  }
  for (const std::size_t patient : index.patient_of) {
    profile.shares.push_back(1.0f / static_cast<float>(index.rows[patient].size()));
  }
  return profile;
}

std::optional<ReferenceProfile> kept_profile(std::span<const std::string> statistic_names,
                                             std::span<const ReferenceCase> cases, const ReferenceOptions& options) {
  std::vector<std::string> patients;
  for (const ReferenceCase& one : cases) patients.push_back(one.patient);
  if (index_patients(patients).count() < least_kept_patients) return {};
  return fit_reference(statistic_names, cases, options);
}

double conformal_p_value(double distance, std::span<const double> known) {
  const auto farther = std::ranges::count_if(known, [&](double one) { return one >= distance; });
  return p_value_of(static_cast<double>(farther), static_cast<double>(known.size()));
}

Similarity compare_with(const ReferenceProfile& profile, const ReferenceCase& input) {
  if (input.statistics.size() != profile.statistics.size() ||
      input.statistics.size() + input.features.size() != profile.dimension) {
    throw Error(
        "reference profile", "describes another kind of case",
        fmt::format("{} statistics and {} features given, {} and {} expected", input.statistics.size(),
                    input.features.size(), profile.statistics.size(), profile.dimension - profile.statistics.size()));
  }
  Similarity similarity;
  const bool finite =
      std::all_of(input.features.begin(), input.features.end(), [](float f) { return std::isfinite(f); });
  similarity.distance = finite ? distance_of(profile, joined(input)) : std::numeric_limits<double>::infinity();
  double farther = 0;
  for (std::size_t i = 0; i < profile.distances.size(); ++i) {
    if (static_cast<double>(profile.distances[i]) >= similarity.distance) {
      farther += static_cast<double>(profile.shares[i]);
    }
  }
  similarity.p_value = p_value_of(farther, profile.patients);
  similarity.unlike = similarity.p_value <= profile.error_rate * (1 + 1e-9);
  for (std::size_t k = 0; k < input.statistics.size(); ++k) {
    const StatisticSummary& known = profile.statistics[k];
    if (input.statistics[k] < known.low || input.statistics[k] > known.high) similarity.unusual.push_back(known.name);
  }
  return similarity;
}

std::string unusual_text(const Similarity& similarity) {
  if (similarity.unusual.empty()) return "unusual: the combination";
  const std::span<const std::string> all = similarity.unusual;
  return fmt::format("unusual: {}", fmt::join(all.first(std::min(all.size(), most_unusual)), ", "));
}

std::string warning_text(std::string_view noun, double distance, std::string_view why) {
  return fmt::format("this {} is unlike the training data (distance {:.1f}; {})", noun, distance, why);
}

Json to_json(const ReferenceProfile& profile) {
  Json statistics = Json::array();
  for (const StatisticSummary& one : profile.statistics) {
    statistics.push_back({{"name", one.name},
                          {"mean", one.mean},
                          {"deviation", one.deviation},
                          {"low", one.low},
                          {"median", one.median},
                          {"high", one.high}});
  }
  return {{"method", "conformal p-value of the Mahalanobis distance"},
          {"error_rate", profile.error_rate},
          {"patients", profile.patients},
          {"statistics", statistics},
          {"dimension", profile.dimension},
          {"directions", profile.directions},
          {"cases", profile.distances.size()},
          {"rest_variance", profile.rest_variance},
          {"centre", pack_f32(profile.centre)},
          {"scale", pack_f32(profile.scale)},
          {"variances", pack_f32(profile.variances)},
          {"axes", pack_f16(profile.axes)},
          {"distances", pack_f32(profile.distances)},
          {"shares", pack_f32(profile.shares)}};
}

ReferenceProfile reference_from_json(const JsonView& json) {
  ReferenceProfile profile;
  profile.error_rate = json.get<double>("error_rate");
  profile.patients = json.get<int>("patients");
  const JsonView statistics = json.at("statistics");
  for (std::size_t k = 0; k < statistics.size(); ++k) {
    const JsonView one = statistics.at(k);
    profile.statistics.push_back({one.get<std::string>("name"), one.get<double>("mean"), one.get<double>("deviation"),
                                  one.get<double>("low"), one.get<double>("median"), one.get<double>("high")});
  }
  profile.dimension = json.get<std::size_t>("dimension");
  profile.directions = json.get<std::size_t>("directions");
  const auto cases = json.get<std::size_t>("cases");
  if (profile.directions > profile.dimension || profile.statistics.size() > profile.dimension ||
      profile.dimension > (1u << 20) || cases > (1u << 28)) {
    throw Error(json.where(), "is no reference profile", "its dimensions do not fit each other");
  }
  profile.rest_variance = json.get<double>("rest_variance");
  profile.centre = unpack_f32(json.at("centre"), profile.dimension);
  profile.scale = unpack_f32(json.at("scale"), profile.dimension);
  profile.variances = unpack_f32(json.at("variances"), profile.directions);
  profile.axes = unpack_f16(json.at("axes"), profile.directions * profile.dimension);
  profile.distances = unpack_f32(json.at("distances"), cases);
  profile.shares = unpack_f32(json.at("shares"), cases);
  return profile;
}

}  // namespace galen
